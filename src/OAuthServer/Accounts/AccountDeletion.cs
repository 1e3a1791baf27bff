using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// Deletes an account, with all access, every session and all that is kept of the person but the record of what
/// happened, which has a pseudonym alone (docs/decisions/052-the-audit-log-knows-people-by-a-pseudonym.md). A mail to
/// the address of before says so.
/// </summary>
internal sealed class AccountDeletion(OAuthDbContext db, Grants grants, AccountJournal journal)
{
    /// <summary>False when the account is gone already.</summary>
    public async Task<bool> DeleteAsync(SignedInAccount account, string? language, AuditContext context)
    {
        // Not tied to the request: whoever deletes and closes the page is deleted.
        var ct = CancellationToken.None;
        var isDeleted = await grants.WithdrawAllWithAsync(
            db,
            () => PersonData.HoldAsync(db, account.Id, ct),
            account.Id,
            context,
            ct,
            last: () => PersonData.DeleteAsync(db, account.Id, language, context, ct));
        if (isDeleted) journal.Deleted(account.Id);
        return isDeleted;
    }
}
