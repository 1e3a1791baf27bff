using Microsoft.AspNetCore.Identity;
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
        Guid accountId, string current, string chosen, string repeated, AuditContext context, CancellationToken ct)
    {
        if (OpaqueString.Of(chosen) is not { } wanted)
            return Unsuitable("NewPassword.NoCharacter");
        if (wanted != OpaqueString.Of(repeated)) return Unsuitable("NewPassword.NotRepeated");
        if (chosen.Length > SignInService.MaxLength) return Unsuitable("NewPassword.TooLong");
        if (current.Length is 0 or > SignInService.MaxLength || OpaqueString.Of(current) is not { } known)
            return Wrong(Reasons.MalformedCredentials);
        if (!guesses.MayConfirm(accountId)) return Wrong(Reasons.PasswordConfirmationsExhausted);
        using var turn = await work.EnterAsync(known: true, ct);
        if (!turn.IsAcquired) return new PasswordOutcome.Busy();

        var account = await users.FindByIdAsync(accountId.ToString());
        if (account is null || account.DisabledAt is not null) return Wrong(Reasons.AccountDisabled);
        if (!await users.CheckPasswordAsync(account, known))
        {
            guesses.CountConfirmation(accountId);
            await journal.PasswordChangeRefusedAsync(accountId, context, ct);
            await turn.RestAsync();
            return Wrong(Reasons.WrongPassword);
        }

        return await ChangeAsync(account, known, wanted, context, ct);
    }

    private static PasswordOutcome.Refused Unsuitable(string key, params object[] values) =>
        new(new(key, values), Reasons.NewPasswordUnsuitable);

    // By the code that Identity, or a rule of ours, gave it; the figure is the one that the rule asks for.
    private static PasswordOutcome.Refused Fault(string code, PasswordOptions rules) => Unsuitable(
        "NewPassword." + code,
        code == nameof(IdentityErrorDescriber.PasswordRequiresUniqueChars)
            ? rules.RequiredUniqueChars
            : rules.RequiredLength);

    private static PasswordOutcome.Refused Wrong(string reason) => new(WrongCurrent, reason);

    private async Task<PasswordOutcome> ChangeAsync(
        Account account, string current, string chosen, AuditContext context, CancellationToken ct)
    {
        foreach (var validator in users.PasswordValidators)
        {
            var result = await validator.ValidateAsync(users, account, chosen);
            if (result.Succeeded) continue;
            return Fault(result.Errors.First().Code, users.Options.Password);
        }

        if (chosen == current) return Unsuitable("NewPassword.Same");
        var isChanged = await grants.WithdrawAllWithAsync(
            db, async () => (await users.ChangePasswordAsync(account, current, chosen)).Succeeded,
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
