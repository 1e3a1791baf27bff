namespace OAuthServer.Accounts.Factors;

/// <summary>
/// Before something is changed that would lock the owner out: a sign-in that is at most ten minutes old (NIST SP 800-63B-4
/// §4.1).
/// </summary>
internal sealed class RecentSignIn(AccountLinks links, TimeProvider clock)
{
    /// <summary>How old a sign-in may be.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Where the person has to go first, and comes back from; null for whoever may go on.</summary>
    /// <param name="account">Who is signed in.</param>
    /// <param name="target">The page to come back to.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<string?> AskAsync(SignedInAccount account, string target, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var isOld = clock.GetUtcNow() - account.AuthenticatedAt > Lifetime;
        return Task.FromResult(isOld ? links.SignIn(target, SignInAs.TheSame) : null);
    }
}
