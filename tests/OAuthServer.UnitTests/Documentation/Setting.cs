using System.Collections;
using System.Globalization;
using System.Reflection;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>One key of the configuration.</summary>
/// <param name="Key">As in appsettings.json, levels apart by colons; a list has the key of the whole.</param>
/// <param name="Path">The properties that lead to it, from the options class on.</param>
internal sealed record Setting(string Key, IReadOnlyList<PropertyInfo> Path)
{
    private Type Type => Nullable.GetUnderlyingType(Path[^1].PropertyType) ?? Path[^1].PropertyType;

    /// <summary>What it holds, in a word.</summary>
    public string Kind => Type switch
    {
        { IsEnum: true } => "choice",
        var type when type == typeof(bool) => "switch",
        var type when type == typeof(TimeSpan) => "time",
        var type when IsNumber(type) => "number",
        var type when IsList(type) => "list",
        _ => "text",
    };

    /// <summary>As an environment variable; the first of a list.</summary>
    public string Variable =>
        Key.Replace(":", "__", StringComparison.Ordinal) + (Kind == "list" ? "__0" : "");

    /// <summary>The values of a choice or a switch.</summary>
    public IReadOnlyList<string> Choices =>
        Kind switch { "choice" => Enum.GetNames(Type), "switch" => ["true", "false"], _ => [] };

    /// <summary>Values that no setting of this kind should take, each under the key that it is written at.</summary>
    public IReadOnlyList<(string Key, string Value)> Extremes => Kind switch
    {
        "time" => [(Key, "-1.00:00:00"), (Key, "1000000.00:00:00")],
        "number" => [(Key, "-1"), (Key, "2000000000")],
        "text" => [(Key, ""), (Key, "\u0007 no")],
        "list" => [(Key + ":0", "\u0007 no")],
        _ => [],
    };

    /// <summary>The value that an options object has, as appsettings.json would show it.</summary>
    public string ValueIn(object options)
    {
        object? value = options;
        foreach (var property in Path)
        {
            value = value is IEnumerable entries and not string
                ? entries.Cast<object>().Select(property.GetValue).ToList()
                : value is null ? null : property.GetValue(value);
        }

        return value switch
        {
            null or "" => "",
            TimeSpan { Ticks: var ticks } time when ticks % TimeSpan.TicksPerSecond != 0 =>
                time.ToString("c", CultureInfo.InvariantCulture).TrimEnd('0'),
            TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
            bool on => on ? "true" : "false",
            IEnumerable list and not string => string.Join(", ", list.Cast<object>()),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }

    /// <summary>Every setting of a section.</summary>
    public static IEnumerable<Setting> Of(string section, Type options) => Of(section, options, []);

    private static IEnumerable<Setting> Of(string key, Type options, IReadOnlyList<PropertyInfo> path)
    {
        var properties = options.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (var property in properties.Where(property => property.GetMethod is not null))
        {
            var setting = new Setting($"{key}:{property.Name}", [.. path, property]);
            var (group, groupKey) = EntryOf(setting.Type) is { } entry
                ? (entry, $"{setting.Key}:0")
                : (setting.Type, setting.Key);
            foreach (var one in IsGroup(group) ? Of(groupKey, group, setting.Path) : [setting]) yield return one;
        }
    }

    private static bool IsNumber(Type type) =>
        (type.IsPrimitive && type != typeof(bool) && type != typeof(char)) || type == typeof(decimal);

    private static bool IsList(Type type) => type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable));

    // The type of the entries of a list whose entries have settings of their own.
    private static Type? EntryOf(Type type) =>
        IsList(type) && type.GetGenericArguments() is [var entry] && IsGroup(entry) ? entry : null;

    private static bool IsGroup(Type type) =>
        type.Assembly == typeof(OAuthServer.Hosting.ServerHost).Assembly && type is { IsClass: true };
}
