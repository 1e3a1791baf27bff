using OAuthServer.Protocol;

namespace OAuthServer.Accounts.Factors;

/// <summary>What came of a second factor that was typed.</summary>
internal abstract record FactorOutcome
{
    /// <param name="Methods">By what the person is recognised now, the password included.</param>
    internal sealed record Accepted(SignInMethods Methods) : FactorOutcome;

    /// <param name="Reason">One of <see cref="Reasons"/>.</param>
    internal sealed record Refused(string Reason) : FactorOutcome;

    /// <summary>Nothing was looked at: there were too many wrong codes.</summary>
    /// <param name="Wait">How long codes of the app are not looked at.</param>
    internal sealed record Limited(TimeSpan Wait) : FactorOutcome;
}
