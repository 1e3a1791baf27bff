using Microsoft.Extensions.Options;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Factors;

/// <summary>
/// What a person does about their factors, beside adding them. Whoever calls has asked for a recent sign-in.
/// </summary>
internal sealed class FactorChanges(
    AccountFactors factors,
    RecoveryCodes recovery,
    FactorJournal journal,
    IOptions<SecondFactorOptions> options)
{
    /// <summary>
    /// Takes the authenticator app away; false when there is none, or it is the last factor and one is needed.
    /// </summary>
    public async Task<bool> RemoveAppAsync(Guid accountId, AuditContext context, CancellationToken ct)
    {
        var mayBeLast = options.Value.Required != SecondFactorRule.Everyone;
        if (!await factors.TryRemoveAppAsync(accountId, mayBeLast, ct)) return false;
        await journal.ChangedAsync(accountId, AuditEventNames.FactorRemoved, "authenticator app", context, ct);
        return true;
    }

    /// <summary>A new set in the place of the old one; null for whoever has no factor to recover from.</summary>
    public async Task<RecoveryCodeSet?> RenewCodesAsync(Guid accountId, AuditContext context, CancellationToken ct)
    {
        if (!(await factors.FindAsync(accountId, ct)).HasAny) return null;
        var codes = RecoveryCodeSet.New(accountId);
        await recovery.ReplaceAsync(accountId, codes.Hashes, ct);
        await journal.ChangedAsync(accountId, AuditEventNames.FactorAdded, "recovery codes", context, ct);
        return codes;
    }

    /// <summary>The second factor is asked for in every browser again.</summary>
    public async Task ForgetBrowsersAsync(Guid accountId, AuditContext context, CancellationToken ct)
    {
        await factors.ForgetBrowsersAsync(accountId, ct);
        await journal.ChangedAsync(accountId, AuditEventNames.FactorRemoved, "remembered browsers", context, ct);
    }
}
