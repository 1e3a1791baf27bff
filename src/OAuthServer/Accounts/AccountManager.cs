using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// Identity's manager, which makes an old or imported hash anew when its password is typed. It is the same password, so
/// the security stamp stays: Identity would end every session, and take this very sign-in for one with a password of
/// before.
/// </summary>
internal sealed class AccountManager(
    IUserStore<Account> store,
    IOptions<IdentityOptions> options,
    IPasswordHasher<Account> hasher,
    IEnumerable<IUserValidator<Account>> userValidators,
    IEnumerable<IPasswordValidator<Account>> passwordValidators,
    ILookupNormalizer normalizer,
    IdentityErrorDescriber errors,
    IServiceProvider services,
    ILogger<UserManager<Account>> logger)
    : UserManager<Account>(
        store, options, hasher, userValidators, passwordValidators, normalizer, errors, services, logger)
{
    public override async Task<bool> CheckPasswordAsync(Account user, string password)
    {
        if (user.PasswordHash is not { } hash) return false;
        var result = PasswordHasher.VerifyHashedPassword(user, hash, password);
        if (result == PasswordVerificationResult.SuccessRehashNeeded)
        {
            user.PasswordHash = PasswordHasher.HashPassword(user, password);
            // Refused when the account has changed meanwhile; then the next sign-in does it.
            await Store.UpdateAsync(user, CancellationToken);
        }

        return result != PasswordVerificationResult.Failed;
    }
}
