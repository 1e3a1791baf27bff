using System.Collections;
using System.Globalization;
using System.Reflection;

namespace OAuthServer.Settings;

/// <summary>
/// Names every key of a section that its options class does not have, and every value that cannot be read. The
/// framework's binder names some of them, in words for programmers.
/// </summary>
internal static class SettingKeys
{
    private const BindingFlags Properties = BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase;

    /// <summary>The faults of what stands at a key whose setting has this type, and below it.</summary>
    public static IEnumerable<string> Faults(IConfigurationSection section, Type type)
    {
        var children = section.GetChildren();
        var entry = EntryOf(type);
        if (entry is null && !IsGroup(type))
            return [.. children.Select(child => Unknown(child, [])), .. Value(section, type)];
        string[] own = string.IsNullOrEmpty(section.Value)
            ? []
            : [$"{section.Path} has no value of its own: write {section.Path}:{First(type)}."];
        return
        [
            .. own,
            .. children.SelectMany(child => entry is null
                ? MemberFaults(child, type)
                : EntryFaults(child, type, entry)),
        ];
    }

    /// <summary>The section without the values that cannot be read, so that all others can be bound.</summary>
    public static IConfigurationSection Readable(IConfigurationSection section, Type type)
    {
        var unreadable = Leaves(section, type)
            .Where(leaf => SettingValues.Fault(leaf.Section, leaf.Type) is not null)
            .Select(leaf => leaf.Section.Path).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (unreadable.Count == 0) return section;
        var values = section.AsEnumerable().Where(pair => !unreadable.Contains(pair.Key));
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build().GetSection(section.Path);
    }

    private static IEnumerable<(IConfigurationSection Section, Type Type)> Leaves(
        IConfigurationSection section, Type type)
    {
        var entry = EntryOf(type);
        if (entry is null && !IsGroup(type)) return [(section, type)];
        return section.GetChildren().SelectMany(child =>
            (entry ?? type.GetProperty(child.Key, Properties)?.PropertyType) is { } inner ? Leaves(child, inner) : []);
    }

    private static IEnumerable<string> MemberFaults(IConfigurationSection child, Type group) =>
        group.GetProperty(child.Key, Properties) is { } property
            ? Faults(child, property.PropertyType)
            : [Unknown(child, group.GetProperties(Properties).Select(property => property.Name))];

    // The binder takes any key for an entry, so that a misplaced name would pass for a number.
    private static IEnumerable<string> EntryFaults(IConfigurationSection child, Type list, Type entry)
    {
        if (int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return Faults(child, entry);
        var path = child.Path[..^(child.Key.Length + 1)];
        return [$"{child.Path}: the entries of {path} are numbered from 0; write {path}:{First(list)}."];
    }

    private static string Unknown(IConfigurationSection section, IEnumerable<string> known) =>
        $"{section.Path}: there is no setting '{section.Key}'.{DidYouMean.Hint(section.Key, known)}";

    private static string[] Value(IConfigurationSection section, Type type) =>
        SettingValues.Fault(section, type) is { } fault ? [fault] : [];

    // What to write below a list or a group, by the example of its first entry or member.
    private static string First(Type type) =>
        EntryOf(type) is null ? type.GetProperties(Properties)[0].Name : "0";

    private static Type? EntryOf(Type type) =>
        type.IsAssignableTo(typeof(IEnumerable)) && type.GetGenericArguments() is [var entry] ? entry : null;

    private static bool IsGroup(Type type) => type.Assembly == typeof(SettingKeys).Assembly && type.IsClass;
}
