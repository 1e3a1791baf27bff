using Microsoft.AspNetCore.Identity;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>What came of a link that is about the address of an account.</summary>
internal enum AddressOutcome
{
    /// <summary>The address of the account is confirmed.</summary>
    Confirmed,

    /// <summary>The new address is the one of the account.</summary>
    Changed,

    /// <summary>The link was used, is too old, or is somebody else's.</summary>
    Dead,

    /// <summary>Another account has the new address.</summary>
    Taken,
}

/// <summary>
/// Confirms the address of an account, or makes a new one count, by a mailed link and in a session of the account: the
/// link alone would tie a stranger's account to the mailbox of whoever opens it.
/// </summary>
internal sealed class AddressChanges(
    UserManager<Account> users, OAuthDbContext db, AccountTokens tokens, AccountJournal journal)
{
    private static readonly string[] Kinds = [LinkKinds.Confirmation, LinkKinds.NewAddress];

    /// <summary>What the link is good for, to this account; null when it is dead. Looking at it uses nothing.</summary>
    public async Task<LiveLink?> FindAsync(string token, Guid accountId, CancellationToken ct) =>
        await tokens.FindAsync(token, Kinds, ct) is { } link && link.AccountId == accountId ? link : null;

    /// <summary>Uses the link. It, what it changes, and the mail about it are one transaction.</summary>
    public async Task<AddressOutcome> ConfirmAsync(
        string token, Guid accountId, AuditContext context, CancellationToken ct)
    {
        if (await users.FindByIdAsync(accountId.ToString()) is not { } account) return AddressOutcome.Dead;
        var before = account.Email;
        IdentityResult? written = null;
        var used = await AccountTokens.UseWithAsync(db, token, Kinds, accountId, async link =>
        {
            if (link.Kind == LinkKinds.NewAddress)
            {
                if (before is null || account.UserName == before) account.UserName = link.Address;
                account.Email = link.Address;
                if (before is not null) await MailOutbox.QueueAsync(db, Notice(accountId, before, link), ct);
            }

            account.EmailConfirmed = true;
            written = await users.UpdateAsync(account);
            return written.Succeeded;
        }, ct);
        if (used is null) return written is not null && IsTaken(written) ? AddressOutcome.Taken : AddressOutcome.Dead;
        var isNew = used.Kind == LinkKinds.NewAddress;
        await journal.AddressAsync(accountId, isNew, context, ct);
        return isNew ? AddressOutcome.Changed : AddressOutcome.Confirmed;
    }

    private static bool IsTaken(IdentityResult written) => written.Errors.Any(fault => fault.Code
        is nameof(IdentityErrorDescriber.DuplicateEmail) or nameof(IdentityErrorDescriber.DuplicateUserName));

    // To the address of before.
    private static MailRequest Notice(Guid accountId, string before, LiveLink link) => new()
    {
        Kind = MailKind.AddressChanged,
        AccountId = accountId,
        To = before,
        Parameters = new Dictionary<string, string> { ["new_address"] = link.Address },
    };
}
