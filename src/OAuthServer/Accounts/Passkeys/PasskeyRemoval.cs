using Microsoft.Extensions.Options;
using OAuthServer.Accounts.External;
using OAuthServer.Accounts.Factors;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Passkeys;

/// <summary>Takes a passkey away, unless it is the last way in, or a factor that everybody needs.</summary>
internal sealed class PasskeyRemoval(
    Storage.Passkeys passkeys,
    ExternalProviders providers,
    FactorJournal journal,
    IOptions<SecondFactorOptions> options)
{
    /// <summary>False when it is gone already, or has to stay.</summary>
    public async Task<bool> RemoveAsync(
        Guid accountId, byte[] credentialId, AuditContext context, CancellationToken ct)
    {
        var needsFactor = options.Value.Required == SecondFactorRule.Everyone;
        if (!await passkeys.TryRemoveAsync(accountId, credentialId, needsFactor, providers.Issuers, ct)) return false;
        await journal.PasskeyChangedAsync(accountId, AuditEventNames.FactorRemoved, context, ct);
        return true;
    }
}
