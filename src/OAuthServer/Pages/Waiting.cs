using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>How long to wait, in words: never less than it takes.</summary>
internal static class Waiting
{
    private const int Minute = 60;
    private const int Hour = 60 * Minute;

    // Up to here minutes say it better.
    private const int LongestInMinutes = 90 * Minute;

    /// <summary>Such as "in 12 minutes".</summary>
    public static Words For(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds) switch
    {
        <= 1 => new("Waiting.Second"),
        < Minute and var seconds => new("Waiting.Seconds", seconds),
        Minute => new("Waiting.Minute"),
        <= LongestInMinutes and var seconds => new("Waiting.Minutes", Up(seconds, Minute)),
        var seconds => new("Waiting.Hours", Up(seconds, Hour)),
    };

    private static long Up(long seconds, long unit) => (seconds + unit - 1) / unit;
}
