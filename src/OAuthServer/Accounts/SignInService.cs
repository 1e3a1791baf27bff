using Microsoft.AspNetCore.Identity;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>What came of a try to sign in.</summary>
internal enum SignInOutcome
{
    Accepted,

    /// <summary>Unknown, wrong, locked or disabled: the person is told the same in all four cases.</summary>
    Refused,

    /// <summary>The queue for hashing passwords is full; nothing was checked.</summary>
    Busy,
}

/// <summary>The outcome, with the account when it was accepted.</summary>
internal sealed record SignInResult(SignInOutcome Outcome, Account? Account = null);

/// <summary>
/// Checks an e-mail address and a password. Five wrong tries lock the account for five minutes, never for good. Every
/// path that refuses spends one password hash, so that time does not tell which accounts exist.
/// </summary>
internal sealed class SignInService(UserManager<Account> users, SignInManager<Account> signIn, PasswordWork work, AccountJournal journal)
{
    /// <summary>Longest e-mail address and longest password that is looked at, in UTF-16 units.</summary>
    public const int MaxLength = 256;

    public async Task<SignInResult> SignInAsync(string email, string password, AuditContext context, CancellationToken ct)
    {
        if (email.Length is 0 or > MaxLength || password.Length is 0 or > MaxLength)
            return await RefuseAsync(null, "malformed_credentials", context, ct);
        using var turn = await work.EnterAsync(ct);
        if (!turn.IsAcquired) return new SignInResult(SignInOutcome.Busy);

        var account = await users.FindByEmailAsync(email);
        if (account is null) return await SpendAndRefuseAsync(null, password, "unknown_account", context, ct);
        if (account.DisabledAt is not null) return await SpendAndRefuseAsync(account, password, "account_disabled", context, ct);
        if (await users.IsLockedOutAsync(account)) return await SpendAndRefuseAsync(account, password, "account_locked", context, ct);

        var check = await signIn.CheckPasswordSignInAsync(account, password, lockoutOnFailure: true);
        if (!check.Succeeded)
            return await RefuseAsync(account, check.IsLockedOut ? "wrong_password_locks" : "wrong_password", context, ct);
        await journal.SignedInAsync(account.Id, context, ct);
        return new SignInResult(SignInOutcome.Accepted, account);
    }

    private Task<SignInResult> SpendAndRefuseAsync(Account? account, string password, string reason, AuditContext context, CancellationToken ct)
    {
        work.Spend(password);
        return RefuseAsync(account, reason, context, ct);
    }

    private async Task<SignInResult> RefuseAsync(Account? account, string reason, AuditContext context, CancellationToken ct)
    {
        await journal.SignInRefusedAsync(account?.Id, reason, context, ct);
        return new SignInResult(SignInOutcome.Refused);
    }
}
