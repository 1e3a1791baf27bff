using System.Security.Cryptography;

namespace OAuthServer.Settings;

/// <summary>Spreads waits, so that instances started together do not ask the store together.</summary>
internal static class Jitter
{
    /// <summary>A wait <see cref="Around"/> an interval is up to this share of it shorter or longer.</summary>
    public const double Share = 0.1;

    private const int Steps = 1 << 20;

    /// <summary>A wait within a tenth of <paramref name="interval"/>.</summary>
    public static TimeSpan Around(TimeSpan interval) => interval * (1 + (Share * ((2 * Fraction()) - 1)));

    /// <summary>A wait between half of <paramref name="longest"/> and all of it.</summary>
    public static TimeSpan Within(TimeSpan longest) => longest * (0.5 + (0.5 * Fraction()));

    private static double Fraction() => RandomNumberGenerator.GetInt32(Steps) / (double)Steps;
}
