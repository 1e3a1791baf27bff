using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Factors;

/// <summary>Somebody whose first step is known, and whose second factor is not.</summary>
/// <param name="Account">Who it is; as its row is now.</param>
/// <param name="First">The first step.</param>
/// <param name="State">Their factors.</param>
/// <param name="Session">The session that they have, with one factor; null before there is one.</param>
internal sealed record FactorVisitor(Account Account, FirstStep First, FactorState State, SignedInAccount? Session);

/// <summary>
/// Finds who stands between password and second factor: whoever has just typed the password, or has a session of one
/// factor and is asked for the other by an app. Nobody else.
/// </summary>
internal sealed class FactorVisitors(PendingSignIns pending, Storage.Accounts accounts, AccountFactors factors)
{
    public async Task<FactorVisitor?> FindAsync(HttpContext http, CancellationToken ct)
    {
        if (pending.Read(http) is { } waiting)
        {
            return await FindAsync(waiting.AccountId, waiting.Stamp, ct) is { } account
                ? new FactorVisitor(account, waiting.First, await factors.FindAsync(account.Id, ct), null)
                : null;
        }

        if (await AccountSession.ReadAsync(http) is not { } session) return null;
        if (session.Methods.Reaches(Levels.TwoFactors)) return null;
        if (await FindAsync(session.Id, session.SecurityStamp, ct) is not { } known) return null;
        var first = new FirstStep(await AccountSession.IsKeptAsync(http), session.Methods, session.Provider);
        return new FactorVisitor(known, first, await factors.FindAsync(known.Id, ct), session);
    }

    // A new password, or an operator's hand on the account, ends the first step too.
    private async Task<Account?> FindAsync(Guid id, string stamp, CancellationToken ct) =>
        await accounts.FindAsync(id, ct) is { DisabledAt: null } account && account.SecurityStamp == stamp
            ? account
            : null;
}
