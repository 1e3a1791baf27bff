using System.Globalization;

namespace OAuthServer.Operators.Doctor;

/// <summary>How quantities are written.</summary>
internal static class Quantity
{
    /// <summary>A length of time to the unit that matters.</summary>
    public static string Of(TimeSpan time) => time.Duration() switch
    {
        { TotalMinutes: < 1 } => Of(time.TotalSeconds, "second"),
        { TotalHours: < 1 } => Of(time.TotalMinutes, "minute"),
        { TotalDays: < 2 } => Of(time.TotalHours, "hour"),
        _ => Of(time.TotalDays, "day"),
    };

    /// <summary>So many of something.</summary>
    public static string Of(double number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)number:#,0} {what}{((long)number == 1 ? "" : "s")}");
}
