using System.Collections;
using System.Globalization;
using System.Reflection;

namespace OAuthServer.Settings;

/// <summary>
/// Names every key of a section that its options class does not have. The framework's binder names some of them, in
/// words for programmers.
/// </summary>
internal static class SettingKeys
{
    private const BindingFlags Properties = BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase;

    /// <summary>The faults of what stands at a key whose setting has this type, and below it.</summary>
    public static IEnumerable<string> Faults(IConfigurationSection section, Type type)
    {
        var children = section.GetChildren();
        var entry = EntryOf(type);
        if (entry is null && !IsGroup(type)) return children.Select(Unknown);
        string[] own = string.IsNullOrEmpty(section.Value)
            ? []
            : [$"{section.Path} has no value of its own: write {section.Path}:{First(type)}."];
        return
        [
            .. own,
            .. children.SelectMany(child => entry is null ? MemberFaults(child, type) : EntryFaults(child, type, entry)),
        ];
    }

    private static IEnumerable<string> MemberFaults(IConfigurationSection child, Type group) =>
        group.GetProperty(child.Key, Properties) is { } property
            ? Faults(child, property.PropertyType)
            : [Unknown(child)];

    // The binder takes any key for an entry, so that a misplaced name would pass for a number.
    private static IEnumerable<string> EntryFaults(IConfigurationSection child, Type list, Type entry)
    {
        if (int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return Faults(child, entry);
        var path = child.Path[..^(child.Key.Length + 1)];
        return [$"{child.Path}: the entries of {path} are numbered from 0; write {path}:{First(list)}."];
    }

    private static string Unknown(IConfigurationSection section) =>
        $"{section.Path}: there is no setting '{section.Key}'.";

    // What to write below a list or a group, by the example of its first entry or member.
    private static string First(Type type) =>
        EntryOf(type) is null ? type.GetProperties(Properties)[0].Name : "0";

    private static Type? EntryOf(Type type) =>
        type.IsAssignableTo(typeof(IEnumerable)) && type.GetGenericArguments() is [var entry] ? entry : null;

    private static bool IsGroup(Type type) => type.Assembly == typeof(SettingKeys).Assembly && type.IsClass;
}
