using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Konscious.Security.Cryptography;

namespace OAuthServer.Accounts.Passwords;

/// <summary>
/// The hash of a password that another software made: verified once, at the first sign-in, and then made anew by ours.
/// The bounds are those of the table (migrations/002): no hash may hold a core or the memory for long.
/// </summary>
internal static partial class ImportedHash
{
    private const int MostMemory = 128 * 1024;
    private const int MostPasses = 10;
    private const int MostLanes = 4;
    private const int MostIterations = 2_000_000;

    /// <summary>True when the password fits; null for what is no such hash, or beyond the bounds.</summary>
    public static bool? Fits(string hash, string password)
    {
        try
        {
            if (Bcrypt().IsMatch(hash)) return BCrypt.Net.BCrypt.Verify(password, hash);
            if (Argon2Text().Match(hash) is { Success: true } argon2) return FitsArgon2(argon2.Groups, password);
            return Pbkdf2Text().Match(hash) is { Success: true } pbkdf2 ? FitsPbkdf2(pbkdf2.Groups, password) : null;
        }
        catch (Exception unreadable) when (unreadable is FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    private static bool? FitsArgon2(GroupCollection parts, string password)
    {
        var (memory, passes, lanes) = (Number(parts["m"]), Number(parts["t"]), Number(parts["p"]));
        if (memory > MostMemory || memory < 8 * lanes) return null;
        if (passes is 0 or > MostPasses || lanes is 0 or > MostLanes) return null;
        var typed = Encoding.UTF8.GetBytes(password);
        using Argon2 argon2 = parts["kind"].Value == "id" ? new Argon2id(typed) : new Argon2i(typed);
        argon2.Salt = Bytes(parts["salt"]);
        (argon2.MemorySize, argon2.Iterations, argon2.DegreeOfParallelism) = (memory, passes, lanes);
        var expected = Bytes(parts["hash"]);
        return CryptographicOperations.FixedTimeEquals(argon2.GetBytes(expected.Length), expected);
    }

    private static bool? FitsPbkdf2(GroupCollection parts, string password)
    {
        var iterations = Number(parts["i"]);
        if (iterations is 0 or > MostIterations) return null;
#pragma warning disable CA5350, CA5379 // The choice of the software that made it.
        var function = parts["kind"].Value switch
        {
            "-sha256" => HashAlgorithmName.SHA256,
            "-sha512" => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA1,
        };
        var expected = Bytes(parts["hash"]);
        var made = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), Bytes(parts["salt"]), iterations, function, expected.Length);
#pragma warning restore CA5350, CA5379
        return CryptographicOperations.FixedTimeEquals(made, expected);
    }

    private static int Number(Group part) => int.Parse(part.Value, CultureInfo.InvariantCulture);

    // Without padding, and in passlib's own alphabet too.
    private static byte[] Bytes(Group part)
    {
        var text = part.Value.Replace('.', '+');
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }

    [GeneratedRegex(@"^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Bcrypt();

    // The string format of the Password Hashing Competition.
    [GeneratedRegex(
        @"^\$argon2(?<kind>id|i)\$v=19\$m=(?<m>[0-9]{1,7}),t=(?<t>[0-9]{1,3}),p=(?<p>[0-9]{1,3})"
        + @"\$(?<salt>[A-Za-z0-9+/]{11,86})\$(?<hash>[A-Za-z0-9+/]{16,86})\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Argon2Text();

    [GeneratedRegex(
        @"^\$pbkdf2(?<kind>-sha1|-sha256|-sha512)?\$(i=)?(?<i>[0-9]{1,8})(,l=[0-9]{1,2})?"
        + @"\$(?<salt>[A-Za-z0-9+/.]{0,172})\$(?<hash>[A-Za-z0-9+/.]{16,86})\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pbkdf2Text();
}
