using System.Globalization;
using OAuthServer.Settings;

namespace OAuthServer.Operators.Audit;

/// <summary>
/// A moment as an operator types it: a date, a date with time, or how long ago (see <see cref="Duration"/>).
/// </summary>
internal static class AuditTime
{
    /// <summary>What an operator is told when a moment cannot be read.</summary>
    public const string Help = "a time such as 2026-03-01, 2026-03-01T12:00:00Z, or how long ago: 90s, 15m, 2h, 7d";

    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    /// <summary>Reads a moment; without an offset it is UTC.</summary>
    public static bool TryParse(string text, DateTimeOffset now, out DateTimeOffset moment)
    {
        if (Duration.Parse(text) is { } ago)
        {
            // Before the first year there is nothing to be found.
            moment = ago < now - DateTimeOffset.MinValue ? now - ago : DateTimeOffset.MinValue;
            return true;
        }

        moment = default;
        return text.Contains('-', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out moment);
    }
}
