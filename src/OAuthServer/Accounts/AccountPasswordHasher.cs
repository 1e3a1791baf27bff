using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// Identity's hash of a password. A hash that another software made fits no password: where Identity's throws or
/// answers at once, this refuses after the same work.
/// </summary>
internal sealed class AccountPasswordHasher(IOptions<PasswordHasherOptions> options) : PasswordHasher<Account>(options)
{
    // The two formats of Identity, by their first byte, and the shortest hash of each.
    private const byte Version2 = 0;
    private const byte Version3 = 1;
    private const int LengthOfVersion2 = 49;
    private const int ShortestVersion3 = 45;

    public override PasswordVerificationResult VerifyHashedPassword(
        Account user, string hashedPassword, string providedPassword)
    {
        if (IsOurs(hashedPassword))
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        _ = HashPassword(user, providedPassword);
        return PasswordVerificationResult.Failed;
    }

    private static bool IsOurs(string hash)
    {
        var bytes = new byte[hash.Length];
        return Convert.TryFromBase64String(hash, bytes, out var length)
            && length > 0
            && bytes[0] switch
            {
                Version2 => length == LengthOfVersion2,
                Version3 => length >= ShortestVersion3,
                _ => false,
            };
    }
}
