using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Factors;

/// <summary>
/// Before something is changed that would lock the owner out: a sign-in that is at most ten minutes old, with the
/// second factor of whoever has one (NIST SP 800-63B-4 §4.1).
/// </summary>
internal sealed class RecentSignIn(AccountFactors factors, AccountLinks links, TimeProvider clock)
{
    /// <summary>How old a sign-in may be.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Where the person has to go first, and comes back from; null for whoever may go on.</summary>
    /// <param name="account">Who is signed in.</param>
    /// <param name="target">The page to come back to.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<string?> AskAsync(SignedInAccount account, string target, CancellationToken ct)
    {
        if (clock.GetUtcNow() - account.AuthenticatedAt > Lifetime) return links.SignIn(target, SignInAs.TheSame);
        if (account.Methods.Reaches(Levels.TwoFactors)) return null;
        return (await factors.FindAsync(account.Id, ct)).HasAny ? links.Factor(target) : null;
    }
}
