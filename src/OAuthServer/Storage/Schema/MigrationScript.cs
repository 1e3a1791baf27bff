using System.Reflection;

namespace OAuthServer.Storage.Schema;

/// <summary>
/// One reviewed SQL file: its name (<c>001_create_oauth_tables.sql</c>) gives the order, its text is run as it
/// stands.
/// </summary>
internal sealed record MigrationScript(string Name, string Sql)
{
    private const string Folder = "migrations/";

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
}
