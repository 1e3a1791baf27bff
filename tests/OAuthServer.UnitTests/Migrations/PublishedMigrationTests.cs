using System.Text.RegularExpressions;
using OAuthServer.Operators.Doctor;

namespace OAuthServer.UnitTests.Migrations;

/// <summary>
/// The files of <c>migrations/</c>: each keeps the bytes that it was published with, because databases have run them, and
/// each is judged before that. <c>OAUTH_WRITE_DOCS=1</c> adds new files to the record; it never changes a line of it.
/// </summary>
public sealed partial class PublishedMigrationTests
{
    private const string Variable = "OAUTH_WRITE_DOCS";

    /// <summary>Published before there was a lint, on tables that were small then.</summary>
    private static readonly string[] BeforeTheLint = ["008_find_codes_by_family.sql"];

    [Fact]
    public void A_published_migration_is_never_edited_nor_removed()
    {
        var files = MigrationFile.All().ToDictionary(file => file.Name, file => file.Sha256);
        Assert.True(files.Count >= 8, "The migrations were not found.");
        foreach (var (name, hash) in Recorded())
        {
            Assert.True(files.TryGetValue(name, out var now), $"{name} was published and is gone.");
            Assert.True(hash == now, $"{name} was published and has been edited: undo it, and write a new migration.");
        }
    }

    [Fact]
    public void Every_migration_is_in_the_record()
    {
        var recorded = Recorded().Select(line => line.Name).ToHashSet();
        var missing = MigrationFile.All().Where(file => !recorded.Contains(file.Name)).Select(file => $"{file.Sha256}  {file.Name}").ToList();
        if (missing.Count > 0 && Environment.GetEnvironmentVariable(Variable) == "1")
        {
            var lines = File.ReadAllLines(MigrationFile.RecordPath).Concat(missing).OrderBy(line => line.Split("  ")[1], StringComparer.Ordinal);
            File.WriteAllText(MigrationFile.RecordPath, string.Join('\n', lines) + "\n");
            return;
        }

        Assert.True(missing.Count == 0, $"When they are final, run this test with {Variable}=1, which adds to {Path.GetFileName(MigrationFile.RecordPath)}:\n{string.Join('\n', missing)}");
    }

    [Fact]
    public void Every_migration_has_a_number_of_its_own_and_says_what_it_does()
    {
        var names = MigrationFile.All().Select(file => file.Name).ToList();
        Assert.All(names, name => Assert.Matches(FileName(), name));
        Assert.Equal(names.Count, names.Select(name => name[..3]).Distinct().Count());
        Assert.All(MigrationFile.All(), file => Assert.StartsWith("-- ", file.Sql, StringComparison.Ordinal));
    }

    [Fact]
    public void No_migration_rewrites_or_locks_a_table_in_use_or_takes_away_what_the_previous_version_needs()
    {
        var files = MigrationFile.All();
        var faults = files.SelectMany((file, index) => MigrationLint.Faults(file.Sql, files.Take(index).Select(earlier => earlier.Sql)).Select(fault => (file.Name, Fault: fault))).ToList();
        var unexpected = faults.Where(fault => !BeforeTheLint.Contains(fault.Name)).Select(fault => $"{fault.Name}: {fault.Fault}");
        Assert.False(unexpected.Any(), string.Join('\n', unexpected));
        Assert.Empty(BeforeTheLint.Except(faults.Select(fault => fault.Name)));
    }

    private static IEnumerable<(string Name, string Sha256)> Recorded() =>
        File.ReadAllLines(MigrationFile.RecordPath).Select(line => line.Split("  ")).Select(parts => (parts[1], parts[0]));

    [GeneratedRegex("^[0-9]{3}_[a-z0-9_]+[.]sql$")]
    private static partial Regex FileName();
}
