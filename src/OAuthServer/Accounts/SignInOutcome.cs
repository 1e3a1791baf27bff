using OAuthServer.RateLimits;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>What came of a try to sign in.</summary>
internal abstract record SignInOutcome
{
    /// <summary>The password is right; the second step decides whether it is enough.</summary>
    internal sealed record Accepted(Account Account) : SignInOutcome;

    /// <summary>Unknown, wrong, locked or disabled: the person is told the same in all four cases.</summary>
    /// <param name="Reason">One of <see cref="Protocol.Reasons"/>.</param>
    internal sealed record Refused(string Reason) : SignInOutcome;

    /// <summary>Nothing was checked.</summary>
    /// <param name="Budget">The budget of guesses that is used up; null when too many guess at once.</param>
    internal sealed record Limited(BudgetState? Budget) : SignInOutcome;

    /// <summary>The queue for hashing passwords is full; nothing was checked.</summary>
    internal sealed record Busy : SignInOutcome;
}
