using System.Reflection;
using System.Text.RegularExpressions;

namespace OAuthServer.Storage.Schema;

/// <summary>One reviewed SQL file: its name (<c>001_create_oauth_tables.sql</c>) gives the order, its text is run as it stands.</summary>
internal sealed partial record MigrationScript(string Name, string Sql)
{
    /// <summary>The first line of a file whose statements cannot run in a transaction, such as CREATE INDEX CONCURRENTLY.</summary>
    public const string OutsideMark = "-- migrate: outside a transaction";

    private const string Folder = "migrations/";

    /// <summary>False when the first line is <see cref="OutsideMark"/>: then each statement stands alone, and must bear to be repeated.</summary>
    public bool InTransaction => !Sql.StartsWith(OutsideMark, StringComparison.Ordinal);

    /// <summary>The indexes that it builds beside running requests. One that was given up stays behind, invalid, and has to go before the next try.</summary>
    public IReadOnlyList<string> ConcurrentIndexes => [.. ConcurrentIndex().Matches(Sql).Select(match => match.Groups["name"].Value)];

    /// <summary>The files of <c>migrations/</c> that are built into this program, in order.</summary>
    public static IReadOnlyList<MigrationScript> Embedded()
    {
        var assembly = typeof(MigrationScript).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => new MigrationScript(name[Folder.Length..], Read(assembly, name))),
        ];
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^\s*CREATE\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(IF\s+NOT\s+EXISTS\s+)?(?<name>[a-z0-9_]+)", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ConcurrentIndex();
}
