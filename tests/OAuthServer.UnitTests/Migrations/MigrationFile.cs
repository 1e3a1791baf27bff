using System.Security.Cryptography;
using OAuthServer.UnitTests.Architecture;

namespace OAuthServer.UnitTests.Migrations;

/// <summary>A file of <c>migrations/</c>, as it stands in the source tree.</summary>
internal sealed record MigrationFile(string Name, string Sql, string Sha256)
{
    private static string Repository => Path.GetDirectoryName(CompiledServer.SourceFolder)!;

    /// <summary>The record of what was published: a hash and a name on each line, as <c>sha256sum</c> writes them.</summary>
    public static string RecordPath => Path.Combine(Repository, "tests", "OAuthServer.UnitTests", "Migrations", "published.sha256");

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<MigrationFile> All() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository, "migrations"), "*.sql").Order(StringComparer.Ordinal)
            .Select(path => new MigrationFile(Path.GetFileName(path), File.ReadAllText(path), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))))),
    ];
}
