using System.Globalization;

namespace OAuthServer.Settings;

/// <summary>A length of time as people write it: <c>90s</c>, <c>15m</c>, <c>12h</c>, <c>7d</c>, or <c>0</c>.</summary>
internal static class Duration
{
    /// <summary>The length of time, cut to the longest there is; null when the text is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        if (text == "0") return TimeSpan.Zero;
        if (text.Length < 2 || UnitOf(text[^1]) is not { } unit) return null;
        if (CountOf(text[..^1]) is not { } count) return null;
        return count < TimeSpan.MaxValue / unit ? count * unit : TimeSpan.MaxValue;
    }

    private static int? CountOf(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private static TimeSpan? UnitOf(char letter) => letter switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
