using Microsoft.AspNetCore.Identity;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>What came of a try to sign in.</summary>
internal enum SignInOutcome
{
    Accepted,

    /// <summary>Unknown, wrong, locked or disabled: the person is told the same in all four cases.</summary>
    Refused,

    /// <summary>A budget of guesses is used up, or too many guess at once; nothing was checked.</summary>
    Limited,

    /// <summary>The queue for hashing passwords is full; nothing was checked.</summary>
    Busy,
}

/// <summary>The outcome, with the account when it was accepted, the budget when it is used up, and the private reason when it was refused.</summary>
internal sealed record SignInResult(SignInOutcome Outcome, Account? Account = null, BudgetState? Budget = null, string? Reason = null);

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
/// those who have guessed: not in a browser that knows the account, and not at an address where nothing went wrong yet.
/// Every path that refuses spends one password hash, so that time does not tell which accounts exist; and the budgets of
/// <see cref="PasswordGuesses"/> are judged by what was typed, so that they do not tell either.
/// </summary>
internal sealed class SignInService(
    UserManager<Account> users, SignInManager<Account> signIn, PasswordGuesses guesses, PasswordWork work, AccountJournal journal)
{
    /// <summary>Longest e-mail address and longest password that is looked at, in UTF-16 units.</summary>
    public const int MaxLength = 256;

    public async Task<SignInResult> SignInAsync(SignInTry attempt, AuditContext context, CancellationToken ct)
    {
        if (attempt.Email.Length is 0 or > MaxLength || attempt.Password.Length is 0 or > MaxLength)
        {
            const string malformed = Reasons.MalformedCredentials;
            await journal.SignInRefusedAsync(null, malformed, context, ct);
            return new SignInResult(SignInOutcome.Refused, Reason: malformed);
        }

        // Nobody is looked up for a stranger who must not try.
        var account = attempt.Device is null ? null : await users.FindByEmailAsync(attempt.Email);
        var trusted = account is not null && attempt.Device!.Knows(account) && guesses.MayTry(attempt.Device.Id, account.Id);
        if (trusted) return await JudgeAsync(attempt, account, trusted, context, ct);
        if (guesses.UsedUp(attempt) is { } usedUp) return new SignInResult(SignInOutcome.Limited, Budget: usedUp);
        if (!guesses.TryBegin(attempt)) return new SignInResult(SignInOutcome.Limited);
        try
        {
            return await JudgeAsync(attempt, account, trusted, context, ct);
        }
        finally
        {
            guesses.End(attempt);
        }
    }

    private async Task<SignInResult> JudgeAsync(SignInTry attempt, Account? account, bool trusted, AuditContext context, CancellationToken ct)
    {
        using var turn = await work.EnterAsync(trusted, ct);
        if (!turn.IsAcquired) return new SignInResult(SignInOutcome.Busy);

        account ??= await users.FindByEmailAsync(attempt.Email);
        if (await FaultAsync(account, attempt, trusted) is { } reason)
        {
            await CountAsync(account, attempt, trusted, context, ct);
            await journal.SignInRefusedAsync(account?.Id, reason, context, ct);
            await turn.RestAsync();
            return new SignInResult(SignInOutcome.Refused, Reason: reason);
        }

        await journal.SignedInAsync(account!.Id, context, ct);
        return new SignInResult(SignInOutcome.Accepted, account);
    }

    // Null when the person may come in.
    private async Task<string?> FaultAsync(Account? account, SignInTry attempt, bool trusted)
    {
        if (account is null) return Spent(attempt, Reasons.UnknownAccount);
        if (account.DisabledAt is not null) return Spent(attempt, Reasons.AccountDisabled);
        var locked = !trusted && await users.IsLockedOutAsync(account);
        if (locked && !guesses.IsNewcomer(attempt)) return Spent(attempt, Reasons.AccountLocked);
        if (locked || trusted) return await users.CheckPasswordAsync(account, attempt.Password) ? null : Reasons.WrongPassword;
        var check = await signIn.CheckPasswordSignInAsync(account, attempt.Password, lockoutOnFailure: true);
        if (check.Succeeded) return null;
        return check.IsLockedOut ? Reasons.WrongPasswordLocks : Reasons.WrongPassword;
    }

    private string Spent(SignInTry attempt, string reason)
    {
        work.Spend(attempt.Password);
        return reason;
    }

    private async Task CountAsync(Account? account, SignInTry attempt, bool trusted, AuditContext context, CancellationToken ct)
    {
        if (trusted)
        {
            guesses.Count(attempt.Device!.Id, account!.Id);
            return;
        }

        foreach (var budget in guesses.Count(attempt)) await journal.GuessesUsedUpAsync(account?.Id, budget.Reason, context, ct);
    }
}
