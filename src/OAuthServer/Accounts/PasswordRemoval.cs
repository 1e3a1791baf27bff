using OAuthServer.Accounts.External;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// Takes the password of an account away, unless it is the last way in. As with another password every session ends,
/// and every app loses its access. Whoever calls has asked for a recent sign-in.
/// </summary>
internal sealed class PasswordRemoval(
    OAuthDbContext db,
    Grants grants,
    Storage.Accounts accounts,
    AccountPasswords passwords,
    ExternalProviders providers,
    AccountJournal journal)
{
    public Task<PasswordStanding?> FindAsync(Guid accountId, CancellationToken ct) =>
        passwords.FindAsync(accountId, providers.Issuers, ct);

    /// <summary>The account with its new stamp; null when the password is gone already, or has to stay.</summary>
    public async Task<Account?> RemoveAsync(Guid accountId, AuditContext context, CancellationToken ct)
    {
        var isRemoved = await grants.WithdrawAllWithAsync(
            db,
            async () =>
            {
                if (!await AccountPasswords.TryRemoveAsync(db, accountId, providers.Issuers, ct)) return false;
                await MailOutbox.QueueAsync(db, MailRequest.Notice(MailKind.PasswordRemoved, accountId), ct);
                return true;
            },
            accountId, context, ct);
        if (!isRemoved) return null;
        await journal.PasswordRemovedAsync(accountId, context, ct);
        return await accounts.FindAsync(accountId, ct);
    }
}
