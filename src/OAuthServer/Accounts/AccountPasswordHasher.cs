using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// Identity's hash of a password, and the known ones of other software, which are to be made anew. Any other fits no
/// password: where Identity's throws or answers at once, this refuses after the same work.
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
        if (ImportedHash.Fits(hashedPassword, providedPassword) is { } fits)
            return fits ? PasswordVerificationResult.SuccessRehashNeeded : PasswordVerificationResult.Failed;
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
