using Microsoft.AspNetCore.Identity;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// Changes a password. The new security stamp ends every other session, and every app loses its access, in one
/// transaction with the change: a copied session finds the account changed, or its code withdrawn. A lock that
/// strangers caused at sign-in does not hold here; whoever has the session has a budget of guesses of its own.
/// </summary>
internal sealed class PasswordService(
    UserManager<Account> users,
    OAuthDbContext db,
    Grants grants,
    PasswordGuesses guesses,
    PasswordWork work,
    AccountJournal journal)
{
    private static readonly Words WrongCurrent = new("Password.WrongCurrent");

    public async Task<PasswordOutcome> ChangeAsync(
        Guid accountId, string current, PasswordChoice chosen, AuditContext context, CancellationToken ct)
    {
        if (chosen.Read(out var mistyped) is not { } wanted) return Unsuitable(mistyped!);
        if (current.Length is 0 or > PasswordLength.LongestTyped || OpaqueString.Of(current) is not { } known)
            return Wrong(Reasons.MalformedCredentials);
        if (!guesses.MayConfirm(accountId)) return Wrong(Reasons.PasswordConfirmationsExhausted);
        var account = await users.FindByIdAsync(accountId.ToString());
        if (account is null || account.DisabledAt is not null) return Wrong(Reasons.AccountDisabled);
        // Before a turn is taken, since another service may be asked.
        if (await NewPasswordFault.FirstAsync(users, account, wanted) is { } fault)
            return Unsuitable(fault);
        if (wanted == known) return Unsuitable(new("NewPassword.Same"));
        return await ConfirmAndChangeAsync(account, known, wanted, context, ct);
    }

    private async Task<PasswordOutcome> ConfirmAndChangeAsync(
        Account account, string known, string wanted, AuditContext context, CancellationToken ct)
    {
        using var turn = await work.EnterAsync(known: true, ct);
        if (!turn.IsAcquired) return new PasswordOutcome.Busy();
        if (!await users.CheckPasswordAsync(account, known))
        {
            await guesses.CountConfirmationAsync(account.Id);
            await journal.PasswordChangeRefusedAsync(account.Id, context, ct);
            await turn.RestAsync();
            return Wrong(Reasons.WrongPassword);
        }

        return await ChangeAsync(account, known, wanted, context, ct);
    }

    private static PasswordOutcome.Refused Unsuitable(Words fault) => new(fault, Reasons.NewPasswordUnsuitable);

    private static PasswordOutcome.Refused Wrong(string reason) => new(WrongCurrent, reason);

    private async Task<PasswordOutcome> ChangeAsync(
        Account account, string current, string chosen, AuditContext context, CancellationToken ct)
    {
        var isChanged = await grants.WithdrawAllWithAsync(
            db,
            async () =>
            {
                if (!(await users.ChangePasswordAsync(account, current, chosen)).Succeeded) return false;
                await MailOutbox.QueueAsync(db, MailRequest.Notice(MailKind.PasswordChanged, account.Id), ct);
                return true;
            },
            account.Id, context, ct);
        if (!isChanged)
        {
            return new PasswordOutcome.Refused(
                new("Password.NotChanged"), Reasons.PasswordNotChanged);
        }

        await journal.PasswordChangedAsync(account.Id, context, ct);
        return new PasswordOutcome.Changed(account);
    }
}
