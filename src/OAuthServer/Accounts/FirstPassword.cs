using Microsoft.AspNetCore.Identity;
using OAuthServer.Accounts.Factors;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// Sets the first password of an account whose person signs in by other means, after a recent sign-in. What follows is
/// what follows from another password.
/// </summary>
internal sealed class FirstPassword(
    UserManager<Account> users,
    OAuthDbContext db,
    Grants grants,
    RecentSignIn recent,
    PasswordWork work,
    AccountJournal journal)
{
    public async Task<PasswordOutcome> SetAsync(
        SignedInAccount person, PasswordChoice chosen, string page, AuditContext context, CancellationToken ct)
    {
        if (await recent.AskAsync(person, page, ct) is { } first) return new PasswordOutcome.SignInFirst(first);
        if (chosen.Read(out var mistyped) is not { } wanted)
            return new PasswordOutcome.Refused(mistyped!, Reasons.NewPasswordUnsuitable);
        var account = await users.FindByIdAsync(person.Id.ToString());
        if (account is not { DisabledAt: null, Email: not null, PasswordHash: null }) return NotChanged();
        // Before a turn is taken, since another service may be asked.
        if (await NewPasswordFault.FirstAsync(users, account, wanted) is { } fault)
            return new PasswordOutcome.Refused(fault, Reasons.NewPasswordUnsuitable);
        using var turn = await work.EnterAsync(known: true, ct);
        if (!turn.IsAcquired) return new PasswordOutcome.Busy();
        return await SetAsync(account, wanted, context, ct);
    }

    private async Task<PasswordOutcome> SetAsync(
        Account account, string wanted, AuditContext context, CancellationToken ct)
    {
        var isSet = await grants.WithdrawAllWithAsync(
            db,
            async () =>
            {
                if (!(await users.AddPasswordAsync(account, wanted)).Succeeded) return false;
                await MailOutbox.QueueAsync(db, MailRequest.Notice(MailKind.PasswordChanged, account.Id), ct);
                return true;
            },
            account.Id, context, ct);
        if (!isSet) return NotChanged();
        await journal.PasswordChangedAsync(account.Id, context, ct);
        return new PasswordOutcome.Changed(account);
    }

    private static PasswordOutcome.Refused NotChanged() => new(new("Password.NotChanged"), Reasons.PasswordNotChanged);
}
