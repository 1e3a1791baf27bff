using System.Globalization;

namespace OAuthServer.Operators.Audit;

/// <summary>A moment as an operator types it: a date, a date with time, or how long ago, such as <c>90s</c>, <c>15m</c>, <c>2h</c> or <c>7d</c>.</summary>
internal static class AuditTime
{
    /// <summary>What an operator is told when a moment cannot be read.</summary>
    public const string Help = "a time such as 2026-03-01, 2026-03-01T12:00:00Z, or how long ago: 90s, 15m, 2h, 7d";

    /// <summary>Reads a moment; without an offset it is UTC.</summary>
    public static bool TryParse(string text, DateTimeOffset now, out DateTimeOffset moment)
    {
        moment = default;
        if (text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && UnitOf(text[^1]) is { } unit)
        {
            // Beyond the first year there is nothing to be found.
            moment = count < (now - DateTimeOffset.MinValue) / unit ? now - (count * unit) : DateTimeOffset.MinValue;
            return true;
        }

        return text.Contains('-', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);
    }

    private static TimeSpan? UnitOf(char letter) => letter switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
