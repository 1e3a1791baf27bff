using System.Text.Json;
using OAuthServer.Storage.Schema;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators;

/// <summary><c>OAuthServer migrate</c> as an operator runs it: as a process, and three of them at once.</summary>
public sealed class MigrateProcessTests(ContentRoot root) : IClassFixture<ContentRoot>
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Three_at_once_end_well_and_run_every_script_once(int already)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var scripts = MigrationScript.Embedded();
        await new Migrator(database.Contexts, new RecordedLog(), [.. scripts.Take(already)])
            .RunAsync(TestContext.Current.CancellationToken);

        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => MigrateAsync(database, "--json")));

        Assert.All(runs, run => Assert.True(run.ExitCode == 0, run.Output + run.Error));
        var reports = runs.Select(run => JsonDocument.Parse(run.Output).RootElement);
        var applied = reports.SelectMany(report => report.GetProperty("applied").EnumerateArray());
        Assert.Equal(
            scripts.Skip(already).Select(script => script.Name),
            applied.Select(name => name.GetString()).Order(StringComparer.Ordinal));
        const string journal = "SELECT script_name FROM schema_versions ORDER BY applied_at, script_name";
        var noted = await database.QueryAsync(journal);
        Assert.Equal(scripts.Select(script => script.Name), noted.Select(row => row["script_name"]));

        var again = await MigrateAsync(database);
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("already up to date", again.Output, StringComparison.Ordinal);
    }

    private Task<HostProcess.Ended> MigrateAsync(TestDatabase database, params string[] options)
    {
        var variables = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__OAuthServer"] = database.ConnectionString,
        };
        return HostProcess.RunAsync(root, variables, ["migrate", .. options]);
    }
}
