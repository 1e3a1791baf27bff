using System.CommandLine;
using System.Globalization;

namespace OAuthServer.Operators;

/// <summary>A length of time as people write it: <c>90s</c>, <c>30m</c>, <c>12h</c>, <c>7d</c>, or <c>0</c>.</summary>
internal static class Duration
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>The length of time; null when it cannot be read or is longer than a year.</summary>
    public static TimeSpan? Parse(string text)
    {
        if (text == "0") return TimeSpan.Zero;
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        TimeSpan? unit = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => null,
        };
        return unit is { } one && count <= Longest / one ? count * one : null;
    }

    /// <summary>The option <c>--keep-old</c>.</summary>
    public static Option<string> KeepOld()
    {
        var option = new Option<string>("--keep-old") { Description = "How long a replaced secret stays good, at most 365d; 0 ends it at once.", HelpName = "time", DefaultValueFactory = _ => "7d" };
        option.Validators.Add(given =>
        {
            if (Parse(given.GetValueOrDefault<string>()!) is null) given.AddError("--keep-old must be a length of time such as 12h or 7d, at most 365d.");
        });
        return option;
    }
}
