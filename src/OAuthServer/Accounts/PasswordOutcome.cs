using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>What came of a try to change the password.</summary>
internal abstract record PasswordOutcome
{
    /// <param name="Account">With its new security stamp.</param>
    internal sealed record Changed(Account Account) : PasswordOutcome;

    /// <param name="Text">What to tell the person.</param>
    /// <param name="Reason">One of <see cref="Protocol.Reasons"/>.</param>
    internal sealed record Refused(Words Text, string Reason) : PasswordOutcome;

    /// <param name="Url">Where the person signs in anew before.</param>
    internal sealed record SignInFirst(string Url) : PasswordOutcome;

    /// <summary>The queue for hashing passwords is full; nothing was checked.</summary>
    internal sealed record Busy : PasswordOutcome;
}
