using Microsoft.AspNetCore.Identity;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>A password that somebody chose who has a link.</summary>
internal sealed record ChosenPassword(string Token, PasswordChoice Password)
{
    /// <summary>Holds the password and the link.</summary>
    public override string ToString() => "a chosen password";
}

/// <summary>What came of it.</summary>
internal abstract record ChosenOutcome
{
    internal sealed record Set(Account Account) : ChosenOutcome;

    /// <summary>The link was used, is too old, or something changed since it was sent.</summary>
    internal sealed record Dead : ChosenOutcome;

    /// <param name="Fault">What to tell the person.</param>
    internal sealed record Unsuitable(Words Fault) : ChosenOutcome;

    /// <summary>The queue for hashing passwords is full; nothing was changed.</summary>
    internal sealed record Busy : ChosenOutcome;
}

/// <summary>
/// Sets the password of an account by a mailed link: of one that forgot it, of one that was invited, and of one that is
/// made by it. Whoever has the link has the mailbox, so the address counts as confirmed. Link, password, the end of
/// every session and of all access, and the notice by mail are one transaction: of twenty forms with one link, one
/// counts.
/// </summary>
internal sealed class MailedPasswords(
    UserManager<Account> users, OAuthDbContext db, Grants grants, AccountTokens tokens, PasswordWork work,
    AccountJournal journal)
{
    /// <summary>Links that make no account.</summary>
    public static readonly string[] Existing = [LinkKinds.Reset, LinkKinds.Invitation];

    /// <summary>Links that do.</summary>
    public static readonly string[] Registering = [LinkKinds.Registration];

    /// <summary>What the link is good for; null when it is dead. Looking at it uses nothing.</summary>
    public Task<LiveLink?> FindAsync(string token, string[] kinds, CancellationToken ct) =>
        tokens.FindAsync(token, kinds, ct);

    /// <summary>Sets the password.</summary>
    public async Task<ChosenOutcome> SetAsync(
        ChosenPassword chosen, string[] kinds, AuditContext context, CancellationToken ct)
    {
        if (await tokens.FindAsync(chosen.Token, kinds, ct) is not { } link) return new ChosenOutcome.Dead();
        if (chosen.Password.Read(out var mistyped) is not { } wanted) return new ChosenOutcome.Unsuitable(mistyped!);
        var account = link.AccountId is { } id ? await users.FindByIdAsync(id.ToString()) : NewAccount(link);
        if (account is null) return new ChosenOutcome.Dead();
        // Before a turn is taken, since another service may be asked.
        if (await NewPasswordFault.FirstAsync(users, account, wanted) is { } fault)
            return new ChosenOutcome.Unsuitable(fault);
        using var turn = await work.EnterAsync(known: true, ct);
        if (!turn.IsAcquired) return new ChosenOutcome.Busy();
        account.PasswordHash = users.PasswordHasher.HashPassword(account, wanted);
        return await SetAsync(account, link, chosen.Token, context, ct);
    }

    private static Account NewAccount(LiveLink link) =>
        new() { Id = Handle.NewId(), UserName = link.Address, Email = link.Address };

    private async Task<ChosenOutcome> SetAsync(
        Account account, LiveLink link, string token, AuditContext context, CancellationToken ct)
    {
        account.EmailConfirmed = true;
        account.AccessFailedCount = 0;
        account.LockoutEnd = null;
        var isNew = link.AccountId is null;
        var isSet = await grants.WithdrawAllWithAsync(
            db,
            async () =>
            {
                if (await AccountTokens.UseAsync(db, token, [link.Kind], ct) is null) return false;
                var written = isNew ? await users.CreateAsync(account) : await users.UpdateSecurityStampAsync(account);
                if (!written.Succeeded) return false;
                if (!isNew)
                    await MailOutbox.QueueAsync(db, MailRequest.Notice(MailKind.PasswordChanged, account.Id), ct);
                return true;
            },
            account.Id, context, ct);
        if (!isSet) return new ChosenOutcome.Dead();
        await journal.PasswordSetAsync(account.Id, isNew, context, ct);
        return new ChosenOutcome.Set(account);
    }
}
