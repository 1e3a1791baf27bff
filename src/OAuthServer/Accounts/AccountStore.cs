using Microsoft.AspNetCore.Identity;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// Where ASP.NET Core Identity keeps accounts: what it asks of a store that has passwords, e-mail addresses, lockout and
/// security stamps. The properties are those of the row; <see cref="Storage.Accounts"/> reads and writes it.
/// </summary>
internal sealed class AccountStore(Storage.Accounts accounts, IdentityErrorDescriber errors)
    : IUserPasswordStore<Account>, IUserEmailStore<Account>, IUserSecurityStampStore<Account>, IUserLockoutStore<Account>
{
    public Task<Account?> FindByIdAsync(string userId, CancellationToken ct) =>
        Guid.TryParse(userId, out var id) ? accounts.FindByIdAsync(id, ct) : Task.FromResult<Account?>(null);

    public Task<Account?> FindByNameAsync(string normalizedUserName, CancellationToken ct) => accounts.FindByNameAsync(normalizedUserName, ct);

    public Task<Account?> FindByEmailAsync(string normalizedEmail, CancellationToken ct) => accounts.FindByEmailAsync(normalizedEmail, ct);

    public async Task<IdentityResult> CreateAsync(Account user, CancellationToken ct) =>
        await accounts.TryAddAsync(user, ct) ? IdentityResult.Success : IdentityResult.Failed(errors.DuplicateUserName(user.UserName ?? ""));

    public async Task<IdentityResult> UpdateAsync(Account user, CancellationToken ct) =>
        await accounts.TryUpdateAsync(user, ct) ? IdentityResult.Success : IdentityResult.Failed(errors.ConcurrencyFailure());

    /// <summary>Not offered: an account is disabled (<see cref="Account.DisabledAt"/>), and its audit rows keep their subject.</summary>
    public Task<IdentityResult> DeleteAsync(Account user, CancellationToken ct) => throw new NotSupportedException("Accounts are disabled, not deleted.");

    public Task<string> GetUserIdAsync(Account user, CancellationToken ct) => Task.FromResult(user.Id.ToString());

    public Task<string?> GetUserNameAsync(Account user, CancellationToken ct) => Task.FromResult(user.UserName);

    public Task<string?> GetNormalizedUserNameAsync(Account user, CancellationToken ct) => Task.FromResult(user.NormalizedUserName);

    public Task<string?> GetPasswordHashAsync(Account user, CancellationToken ct) => Task.FromResult(user.PasswordHash);

    public Task<bool> HasPasswordAsync(Account user, CancellationToken ct) => Task.FromResult(user.PasswordHash is not null);

    public Task<string?> GetEmailAsync(Account user, CancellationToken ct) => Task.FromResult(user.Email);

    public Task<string?> GetNormalizedEmailAsync(Account user, CancellationToken ct) => Task.FromResult(user.NormalizedEmail);

    public Task<bool> GetEmailConfirmedAsync(Account user, CancellationToken ct) => Task.FromResult(user.EmailConfirmed);

    public Task<string?> GetSecurityStampAsync(Account user, CancellationToken ct) => Task.FromResult(user.SecurityStamp);

    public Task<DateTimeOffset?> GetLockoutEndDateAsync(Account user, CancellationToken ct) => Task.FromResult(user.LockoutEnd);

    public Task<bool> GetLockoutEnabledAsync(Account user, CancellationToken ct) => Task.FromResult(user.LockoutEnabled);

    public Task<int> GetAccessFailedCountAsync(Account user, CancellationToken ct) => Task.FromResult(user.AccessFailedCount);

    public Task<int> IncrementAccessFailedCountAsync(Account user, CancellationToken ct) => Task.FromResult(++user.AccessFailedCount);

    public Task ResetAccessFailedCountAsync(Account user, CancellationToken ct) => Done(user.AccessFailedCount = 0);

    public Task SetUserNameAsync(Account user, string? userName, CancellationToken ct) => Done(user.UserName = userName);

    public Task SetNormalizedUserNameAsync(Account user, string? normalizedName, CancellationToken ct) => Done(user.NormalizedUserName = normalizedName);

    public Task SetPasswordHashAsync(Account user, string? passwordHash, CancellationToken ct) => Done(user.PasswordHash = passwordHash);

    public Task SetEmailAsync(Account user, string? email, CancellationToken ct) => Done(user.Email = email);

    public Task SetNormalizedEmailAsync(Account user, string? normalizedEmail, CancellationToken ct) => Done(user.NormalizedEmail = normalizedEmail);

    public Task SetEmailConfirmedAsync(Account user, bool confirmed, CancellationToken ct) => Done(user.EmailConfirmed = confirmed);

    public Task SetSecurityStampAsync(Account user, string stamp, CancellationToken ct) => Done(user.SecurityStamp = stamp);

    public Task SetLockoutEndDateAsync(Account user, DateTimeOffset? lockoutEnd, CancellationToken ct) => Done(user.LockoutEnd = lockoutEnd);

    public Task SetLockoutEnabledAsync(Account user, bool enabled, CancellationToken ct) => Done(user.LockoutEnabled = enabled);

    public void Dispose()
    {
        // Holds nothing.
    }

    private static Task Done(object? _) => Task.CompletedTask;
}
