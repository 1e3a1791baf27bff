using System.Text.RegularExpressions;
using Npgsql;
using OAuthServer.Storage.Migrations;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Storage.Schema.Statements;

/// <summary>
/// A file <c>NNN.sql</c> beside this one: everything that servers of one schema version say to the database, as PREPARE, and one
/// person's and app's way through such a server, as EXECUTE with the number of rows that each gave.
/// </summary>
internal sealed partial record StatementRecord(string Version, IReadOnlyList<string> Preparations, IReadOnlyList<RecordedStep> Steps)
{
    /// <summary>The number of this build's newest migration.</summary>
    public static string CurrentVersion => MigrationScript.Embedded()[^1].Name[..3];

    private static string Folder => Path.Combine(Root(AppContext.BaseDirectory), "tests", "OAuthServer.OperatorTests", "Storage", "Schema", "Statements");

    /// <summary>The versions that are on record, oldest first.</summary>
    public static IReadOnlyList<string> Versions => [.. Directory.EnumerateFiles(Folder, "*.sql").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public static StatementRecord Read(string version)
    {
        var statements = File.Exists(PathOf(version)) ? SqlText.Statements(File.ReadAllText(PathOf(version))) : [];
        var rows = File.Exists(PathOf(version)) ? Rows().Matches(File.ReadAllText(PathOf(version))).Select(match => int.Parse(match.Groups["rows"].Value, System.Globalization.CultureInfo.InvariantCulture)).ToList() : [];
        var steps = statements.Where(statement => statement.StartsWith("EXECUTE ", StringComparison.Ordinal)).ToList();
        Assert.Equal(steps.Count, rows.Count);
        return new StatementRecord(version, [.. statements.Where(statement => statement.StartsWith("PREPARE ", StringComparison.Ordinal))], [.. steps.Select((step, index) => new RecordedStep(step, rows[index]))]);
    }

    public void Write() => File.WriteAllText(PathOf(Version), $"""
        -- What servers of schema {Version} say to the database. ServerStatementTests writes this file: run it with OAUTH_WRITE_DOCS=1 after
        -- changing a statement. What stands here stays: a server that says it may still run beside a newer schema.

        {string.Join("\n\n", Preparations.Select(preparation => preparation + ";"))}

        -- One way through the server, as it was recorded, with the rows that each statement gave.
        {string.Join("\n", Steps.Select(step => $"{step.Execute}; -- rows: {step.Rows}"))}

        """.ReplaceLineEndings("\n"));

    /// <summary>The statements of <paramref name="other"/> that are not here.</summary>
    public IReadOnlyList<string> Lacks(StatementRecord other) => [.. other.Preparations.Where(preparation => !Preparations.Select(NameOf).Contains(NameOf(preparation)))];

    /// <summary>Both: the statements of this one and then the others, and the newer way through the server.</summary>
    public StatementRecord With(StatementRecord newer) => newer with { Preparations = [.. Preparations.Concat(Lacks(newer)).OrderBy(preparation => preparation[preparation.IndexOf('\n', StringComparison.Ordinal)..], StringComparer.Ordinal)] };

    /// <summary>Prepares everything; the answer has PostgreSQL's reason for each statement that it refuses.</summary>
    public async Task<IReadOnlyList<string>> PrepareAsync(NpgsqlConnection connection)
    {
        var refused = new List<string>();
        foreach (var preparation in Preparations)
        {
            try
            {
                await RunAsync(connection, preparation);
            }
            catch (PostgresException failure)
            {
                refused.Add($"{failure.SqlState} {failure.MessageText}: {preparation}");
            }
        }

        return refused;
    }

    /// <summary>Goes the recorded way on prepared statements; the answer is the way with the rows that each step gives here.</summary>
    public async Task<IReadOnlyList<RecordedStep>> GoAsync(NpgsqlConnection connection)
    {
        var steps = new List<RecordedStep>();
        foreach (var step in Steps) steps.Add(step with { Rows = await RunAsync(connection, step.Execute) });
        return steps;
    }

    private static async Task<int> RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = 0;
        while (await reader.ReadAsync()) rows++;
        return reader.FieldCount > 0 ? rows : Math.Max(0, reader.RecordsAffected);
    }

    private static string NameOf(string preparation) => preparation.Split(' ', '\n')[1];

    private static string PathOf(string version) => Path.Combine(Folder, version + ".sql");

    private static string Root(string folder) =>
        File.Exists(Path.Combine(folder, "OAuthServer.sln")) ? folder : Root(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository was not found above the tests."));

    [GeneratedRegex("; -- rows: (?<rows>[0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Rows();
}

/// <summary>One statement of the way, and how many rows it returned or, when it returns none, changed.</summary>
internal sealed record RecordedStep(string Execute, int Rows);
