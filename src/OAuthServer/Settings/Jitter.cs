using System.Security.Cryptography;
using OAuthServer.Keys;

namespace OAuthServer.Settings;

/// <summary>Spreads waits, so that instances started together do not ask the store together.</summary>
internal static class Jitter
{
    private const int Steps = 1 << 20;

    /// <summary>A wait within a tenth of <paramref name="interval"/>.</summary>
    public static TimeSpan Around(TimeSpan interval) => interval * (1 + (SigningKeyOptions.PollJitter * ((2 * Fraction()) - 1)));

    /// <summary>A wait between half of <paramref name="longest"/> and all of it.</summary>
    public static TimeSpan Within(TimeSpan longest) => longest * (0.5 + (0.5 * Fraction()));

    private static double Fraction() => RandomNumberGenerator.GetInt32(Steps) / (double)Steps;
}
