using Microsoft.AspNetCore.Identity;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>What came of a try to change the password.</summary>
/// <param name="Account">The account with its new security stamp, when the password was changed.</param>
/// <param name="Fault">What to tell the person, when it was not.</param>
/// <param name="Reason">The stable reason code, when it was not.</param>
/// <param name="Busy">True when the queue for hashing passwords is full; nothing was checked.</param>
internal sealed record PasswordChange(Account? Account = null, string? Fault = null, string? Reason = null, bool Busy = false);

/// <summary>
/// Changes a password. The new security stamp ends every other session, and every app loses its access. Access is
/// withdrawn before the password changes: when the store fails in between, the same try can simply be made again. A
/// lock that strangers caused at sign-in does not hold here; whoever has the session has a budget of guesses of its own.
/// </summary>
internal sealed class PasswordService(UserManager<Account> users, Grants grants, PasswordGuesses guesses, PasswordWork work, AccountJournal journal)
{
    private const string Unsuitable = Reasons.NewPasswordUnsuitable;
    private const string WrongCurrent = "The current password is not right. After several tries, wait a few minutes.";

    public async Task<PasswordChange> ChangeAsync(
        Guid accountId, string current, string chosen, string repeated, AuditContext context, CancellationToken ct)
    {
        if (chosen != repeated) return new PasswordChange(Fault: "The two new passwords are not the same.", Reason: Unsuitable);
        if (chosen.Length > SignInService.MaxLength) return new PasswordChange(Fault: "The new password is too long.", Reason: Unsuitable);
        if (current.Length is 0 or > SignInService.MaxLength) return new PasswordChange(Fault: WrongCurrent, Reason: Reasons.MalformedCredentials);
        if (!guesses.MayConfirm(accountId)) return new PasswordChange(Fault: WrongCurrent, Reason: Reasons.PasswordConfirmationsExhausted);
        using var turn = await work.EnterAsync(known: true, ct);
        if (!turn.IsAcquired) return new PasswordChange(Busy: true);

        var account = await users.FindByIdAsync(accountId.ToString());
        if (account is null || account.DisabledAt is not null) return new PasswordChange(Fault: WrongCurrent, Reason: Reasons.AccountDisabled);
        if (!await users.CheckPasswordAsync(account, current))
        {
            guesses.CountConfirmation(accountId);
            await journal.PasswordChangeRefusedAsync(accountId, context, ct);
            await turn.RestAsync();
            return new PasswordChange(Fault: WrongCurrent, Reason: Reasons.WrongPassword);
        }

        return await ChangeAsync(account, current, chosen, context, ct);
    }

    private async Task<PasswordChange> ChangeAsync(Account account, string current, string chosen, AuditContext context, CancellationToken ct)
    {
        foreach (var validator in users.PasswordValidators)
        {
            var verdict = await validator.ValidateAsync(users, account, chosen);
            if (!verdict.Succeeded) return new PasswordChange(Fault: string.Join(' ', verdict.Errors.Select(e => e.Description)), Reason: Unsuitable);
        }
        if (chosen == current) return new PasswordChange(Fault: "The new password is the same as the current one.", Reason: Unsuitable);
        await grants.WithdrawAllAsync(account.Id, context, ct);
        var changed = await users.ChangePasswordAsync(account, current, chosen);
        if (!changed.Succeeded) return new PasswordChange(Fault: "The password was not changed. Please try again.", Reason: Reasons.PasswordNotChanged);
        await journal.PasswordChangedAsync(account.Id, context, ct);
        return new PasswordChange(account);
    }
}
