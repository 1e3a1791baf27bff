namespace OAuthServer.Pages;

/// <summary>How long to wait, in words: never less than it takes.</summary>
internal static class Waiting
{
    private const int Minute = 60;
    private const int Hour = 60 * Minute;

    // Up to here minutes say it better.
    private const int LongestInMinutes = 90 * Minute;

    /// <summary>Such as "in 12 minutes".</summary>
    public static string For(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds) switch
    {
        <= 1 => "in a second",
        < Minute and var seconds => $"in {seconds} seconds",
        Minute => "in a minute",
        <= LongestInMinutes and var seconds => $"in {Up(seconds, Minute)} minutes",
        var seconds => $"in {Up(seconds, Hour)} hours",
    };

    private static long Up(long seconds, long unit) => (seconds + unit - 1) / unit;
}
