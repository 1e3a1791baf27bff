using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.External;

/// <summary>Takes another provider away from an account, unless it is the last way in.</summary>
internal sealed class LoginRemoval(AccountLogins logins, ExternalProviders providers, ExternalJournal journal)
{
    /// <summary>False when it is gone already, or has to stay.</summary>
    public async Task<bool> RemoveAsync(Guid accountId, string issuer, AuditContext context, CancellationToken ct)
    {
        if (!await logins.TryRemoveAsync(accountId, issuer, providers.Issuers, ct)) return false;
        var name = providers.OfIssuer(issuer)?.DisplayName ?? issuer;
        await journal.RemovedAsync(accountId, name, context, ct);
        return true;
    }
}
