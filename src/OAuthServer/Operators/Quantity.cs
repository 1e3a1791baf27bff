using System.Globalization;

namespace OAuthServer.Operators;

/// <summary>How quantities are written.</summary>
internal static class Quantity
{
    /// <summary>A length of time to the unit that matters, without its sign.</summary>
    public static string Of(TimeSpan time)
    {
        var length = time.Duration();
        if (length < TimeSpan.FromMinutes(1)) return Of(length.TotalSeconds, "second");
        if (length < TimeSpan.FromHours(1)) return Of(length.TotalMinutes, "minute");
        if (length < TimeSpan.FromDays(2)) return Of(length.TotalHours, "hour");
        return Of(length.TotalDays, "day");
    }

    /// <summary>So many of something.</summary>
    public static string Of(double number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)number:#,0} {what}{((long)number == 1 ? "" : "s")}");
}
