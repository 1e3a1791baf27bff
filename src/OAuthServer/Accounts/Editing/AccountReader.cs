using OAuthServer.Storage;

namespace OAuthServer.Accounts.Editing;

/// <summary>What operators see of accounts.</summary>
internal sealed class AccountReader(
    Storage.Accounts accounts, AccountListing listing, AccountFactors factors, Sessions sessions,
    OperatorAccounts operators, TimeProvider clock)
{
    /// <summary>Accounts in the order of their ids.</summary>
    public async Task<IReadOnlyList<AccountView>> PageAsync(
        AccountFilter filter, Guid? after, int limit, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return [.. (await listing.PageAsync(filter, after, limit, ct)).Select(account => AccountView.Of(account, now))];
    }

    /// <summary>One account, and the tag of its state; null when there is none.</summary>
    public async Task<(AccountDetail Account, string Tag)?> FindAsync(Guid id, CancellationToken ct)
    {
        if (await accounts.FindAsync(id, ct) is not { } account) return null;
        var state = await factors.FindAsync(id, ct);
        var detail = new AccountDetail
        {
            Account = AccountView.Of(account, clock.GetUtcNow()),
            WrongPasswords = account.AccessFailedCount,
            Sessions = (await sessions.ListAsync(id, ct)).Count,
            ConnectedApps = await listing.AppsAsync(id, ct),
            AppAddedAt = state.AppAddedAt,
            Passkeys = state.Passkeys,
            RecoveryCodesLeft = state.RecoveryCodesLeft,
            IsOperator = await operators.HasAsync(id, ct),
        };
        return (detail, AccountTag.Of(account));
    }

    /// <summary>Where a person is signed in; null when there is no such account.</summary>
    public async Task<IReadOnlyList<LiveSession>?> SessionsAsync(Guid id, CancellationToken ct) =>
        await accounts.FindAsync(id, ct) is null ? null : await sessions.ListAsync(id, ct);
}
