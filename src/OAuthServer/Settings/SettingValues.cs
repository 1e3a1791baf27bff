using System.Globalization;

namespace OAuthServer.Settings;

/// <summary>
/// What a setting says that cannot be read, in words for who wrote it: the key, the value, and how such a value is
/// written. The framework's binder stops at the first and speaks of types.
/// </summary>
internal static class SettingValues
{
    /// <summary>The fault of a value that stands where a setting has this type; null when it can be read.</summary>
    public static string? Fault(IConfigurationSection section, Type type)
    {
        if (section.Value is not { } value) return null;
        var wanted = Nullable.GetUnderlyingType(type) ?? type;
        if (wanted != type && value.Length == 0) return null;
        return Demand(value, wanted) is { } demand
            ? $"{section.Path} {demand}{SettingText.ItIs(section.Path, value)}"
            : null;
    }

    private static string? Demand(string value, Type type)
    {
        if (type == typeof(bool)) return bool.TryParse(value, out _) ? null : "must be true or false.";
        if (type == typeof(TimeSpan)) return TimeDemand(value);
        if (type.IsEnum) return WordDemand(value, Enum.GetNames(type));
        if (type == typeof(int) || type == typeof(long))
        {
            return long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
                && (type == typeof(long) || number is >= int.MinValue and <= int.MaxValue)
                    ? null
                    : "must be a whole number, without a unit.";
        }

        return null;
    }

    // A number alone would be days, which nobody means who writes 900.
    private static string? TimeDemand(string value)
    {
        var isNumber = value.Length > 0 && value.All(char.IsAsciiDigit);
        if (!isNumber && TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out _)) return null;
        if (value.All(c => c == '0') && isNumber) return null;
        var meant = Duration.Parse(value) is { } length && length < TimeSpan.FromDays(36500)
            ? $" Did you mean {length.ToString("c", CultureInfo.InvariantCulture)}?"
            : "";
        var days = isNumber ? "; a number alone would be days" : "";
        return $"must be a time, written d.hh:mm:ss or hh:mm:ss, such as 00:15:00{days}.{meant}";
    }

    private static string? WordDemand(string value, string[] words) =>
        words.Contains(value, StringComparer.OrdinalIgnoreCase)
            ? null
            : $"must be {string.Join(", ", words[..^1])} or {words[^1]}.{DidYouMean.Hint(value, words)}";
}
