using Microsoft.AspNetCore.Identity;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>A try to sign in.</summary>
/// <param name="Device">The browser, if it is known.</param>
internal sealed record SignInTry(string Email, string Password, ClientAddress From, KnownDevice? Device)
    : PasswordGuess(Email, Password, From)
{
    /// <summary>Holds the password.</summary>
    public override string ToString() => "a try to sign in";
}

/// <summary>
/// Checks an e-mail address and a password. Five wrong tries by strangers lock the account for five minutes, against
/// those who have guessed: not in a browser that knows the account, and not at an address where nothing went wrong
/// yet. Every path that refuses takes the time of one password hash and is answered after whole steps of
/// <see cref="RefusalTime"/>, whatever the database had to do for it; and the budgets of <see cref="PasswordGuesses"/>
/// count what was typed, so that neither tells which accounts exist
/// (docs/decisions/015-guessing-shuts-nobody-out.md).
/// </summary>
internal sealed class SignInService(
    UserManager<Account> users,
    PasswordGuesses guesses,
    PasswordWork work,
    RefusalTime refusals,
    AccountJournal journal,
    TimeProvider clock)
{
    /// <summary>Longest e-mail address that is looked at, in UTF-16 units.</summary>
    public const int MaxLength = 256;

    // More than guess at one account at once, on a few instances.
    private const int MostWrites = 10;

    public async Task<SignInOutcome> SignInAsync(SignInTry typed, AuditContext context, CancellationToken ct)
    {
        if (InOneForm(typed) is not { } attempt)
        {
            await journal.SignInRefusedAsync(null, Reasons.MalformedCredentials, context, ct);
            return new SignInOutcome.Refused(Reasons.MalformedCredentials);
        }

        // Nobody is looked up for a stranger who must not try.
        var account = attempt.Device is null ? null : await users.FindByEmailAsync(attempt.Email);
        if (IsTrusted(attempt, account)) return await EvaluateAsync(attempt, account, trusted: true, context, ct);
        if (guesses.UsedUp(attempt) is { } usedUp) return new SignInOutcome.Limited(usedUp);
        if (!guesses.TryBegin(attempt)) return new SignInOutcome.Limited(Budget: null);
        try
        {
            return await EvaluateAsync(attempt, account, trusted: false, context, ct);
        }
        finally
        {
            guesses.End(attempt);
        }
    }

    // As both are compared, however they were typed; null for what cannot be an address and a password.
    private SignInTry? InOneForm(SignInTry typed)
    {
        if (typed.Email.Length is 0 or > MaxLength) return null;
        if (typed.Password.Length is 0 or > PasswordLength.LongestTyped) return null;
        if (OpaqueString.Of(typed.Email) is null || OpaqueString.Of(typed.Password) is not { } password) return null;
        return typed with { Email = users.NormalizeEmail(typed.Email)!, Password = password };
    }

    private bool IsTrusted(SignInTry attempt, Account? account) =>
        account is not null
        && attempt.Device is { } device
        && device.Knows(account)
        && guesses.MayTry(device.Id, account.Id);

    private async Task<SignInOutcome> EvaluateAsync(
        SignInTry attempt, Account? account, bool trusted, AuditContext context, CancellationToken ct)
    {
        using var turn = await work.EnterAsync(trusted, ct);
        if (!turn.IsAcquired) return new SignInOutcome.Busy();

        var began = clock.GetTimestamp();
        account ??= await users.FindByEmailAsync(attempt.Email);
        var fault = await FaultAsync(account, attempt, trusted);
        if (account is not null && fault is null) return new SignInOutcome.Accepted(account);

        var reason = fault ?? Reasons.UnknownAccount;
        await CountAsync(account, attempt, trusted, context, ct);
        await journal.SignInRefusedAsync(account?.Id, reason, context, ct);
        await RestAsync(began, await refusals.StepAsync(ct), turn, ct);
        return new SignInOutcome.Refused(reason);
    }

    // The place rests whoever hangs up, and is free again while only the answer waits.
    private async Task RestAsync(long began, TimeSpan step, HashTurn turn, CancellationToken ct)
    {
        var took = clock.GetElapsedTime(began);
        var end = step * (Math.Floor(took / step) + 1);
        await PassAsync(began, took * 2 < end ? took * 2 : end, CancellationToken.None);
        turn.Dispose();
        await PassAsync(began, end, ct);
    }

    // A timer drops what is less than a millisecond and may be one early: what is left of it would tell how long it
    // took.
    private async Task PassAsync(long began, TimeSpan end, CancellationToken ct)
    {
        while (end - clock.GetElapsedTime(began) is { Ticks: > 0 } left)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), clock, ct);
    }

    // Null when the person may come in.
    private async Task<string?> FaultAsync(Account? account, SignInTry attempt, bool trusted)
    {
        if (account is null) return BurnHash(attempt, Reasons.UnknownAccount);
        if (account.DisabledAt is not null) return BurnHash(attempt, Reasons.AccountDisabled);
        // Without a hash there is nothing to check, and Identity answers at once.
        if (account.PasswordHash is null) work.BurnHash(attempt.Password);
        var locked = !trusted && await users.IsLockedOutAsync(account);
        if (locked && !guesses.IsNewcomer(attempt)) return BurnHash(attempt, Reasons.AccountLocked);
        var (stamp, counts) = (account.SecurityStamp, !locked && !trusted);
        var right = await users.CheckPasswordAsync(account, attempt.Password);
        if (counts) await WriteAsync(account, right ? users.ResetAccessFailedCountAsync : users.AccessFailedAsync);
        if (account.DisabledAt is not null) return Reasons.AccountDisabled;
        // Changed meanwhile: what was right is the password of before.
        if (right) return account.SecurityStamp == stamp ? null : Reasons.WrongPassword;
        return counts && await users.IsLockedOutAsync(account) ? Reasons.WrongPasswordLocks : Reasons.WrongPassword;
    }

    // Identity refuses a write when the row has changed since it was read, as it does when several people try at once;
    // the store has read it again by then.
    private static async Task WriteAsync(Account account, Func<Account, Task<IdentityResult>> write)
    {
        for (var writes = 0; writes < MostWrites; writes++)
            if ((await write(account)).Succeeded) return;
    }

    private string BurnHash(SignInTry attempt, string reason)
    {
        work.BurnHash(attempt.Password);
        return reason;
    }

    private async Task CountAsync(
        Account? account, SignInTry attempt, bool trusted, AuditContext context, CancellationToken ct)
    {
        if (trusted && account is not null && attempt.Device is { } device)
        {
            await guesses.CountAsync(device.Id, account.Id);
            return;
        }

        foreach (var budget in await guesses.CountAsync(attempt))
            await journal.GuessesUsedUpAsync(account?.Id, budget.Reason, context, ct);
    }
}
