using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Accounts.Passwords;

/// <summary>
/// How long a new password has to be and may be, in characters: Unicode code points of its one form (NIST SP 800-63B-4
/// §3.1.1.2). A second factor that everybody needs makes up for a short one.
/// </summary>
internal sealed class PasswordLength(IOptions<SecondFactorOptions> factors)
{
    /// <summary>The longest that is taken.</summary>
    public const int Longest = 128;

    /// <summary>
    /// The longest that is looked at as it is typed, in UTF-16 units: four for a character that is written decomposed.
    /// </summary>
    public const int LongestTyped = 4 * Longest;

    private const int ShortestAlone = 15;
    private const int ShortestWithSecondFactor = 8;

    /// <summary>The fewest characters.</summary>
    public int Shortest => factors.Value.Required == SecondFactorRule.Everyone
        ? ShortestWithSecondFactor
        : ShortestAlone;

    /// <summary>How many characters a password has.</summary>
    public static int Of(string password) => password.EnumerateRunes().Count();
}
