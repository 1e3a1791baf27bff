using System.Globalization;

namespace OAuthServer.Operators.Doctor;

/// <summary>How figures are written.</summary>
internal static class Words
{
    /// <summary>A length of time to the unit that matters.</summary>
    public static string Text(this TimeSpan time) => time.Duration() switch
    {
        { TotalMinutes: < 1 } => Count(time.TotalSeconds, "second"),
        { TotalHours: < 1 } => Count(time.TotalMinutes, "minute"),
        { TotalDays: < 2 } => Count(time.TotalHours, "hour"),
        _ => Count(time.TotalDays, "day"),
    };

    /// <summary>So many of something.</summary>
    public static string Count(double number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)number:#,0} {what}{((long)number == 1 ? "" : "s")}");
}
