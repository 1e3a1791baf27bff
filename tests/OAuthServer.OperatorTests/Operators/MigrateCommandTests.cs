using System.CommandLine;
using System.Text.Json;
using OAuthServer.Operators;
using OAuthServer.Storage.Schema;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators;

/// <summary>What an operator sees of <c>OAuthServer migrate</c>.</summary>
public sealed class MigrateCommandTests
{
    [Fact]
    public async Task It_says_what_it_ran_and_the_second_time_that_there_was_nothing_to_do()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var first = await RunAsync(database.ConnectionString);
        Assert.Equal(0, first.Code);
        Assert.Contains("Ran 001_create_oauth_tables.sql.", first.Output, StringComparison.Ordinal);

        var second = await RunAsync(database.ConnectionString, "--json");
        Assert.Equal(0, second.Code);
        var report = JsonDocument.Parse(second.Output).RootElement;
        Assert.True(report.GetProperty("ok").GetBoolean());
        Assert.Equal(0, report.GetProperty("applied").GetArrayLength());
    }

    [Fact]
    public async Task A_plan_changes_nothing_and_is_the_whole_truth()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var plan = await RunAsync(database.ConnectionString, "--plan");
        Assert.Equal(0, plan.Code);
        Assert.Contains("-- 001_create_oauth_tables.sql", plan.Output, StringComparison.Ordinal);
        Assert.Contains("SET LOCAL lock_timeout = '2000ms';", plan.Output, StringComparison.Ordinal);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));

        await using (var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            foreach (var statement in SqlText.Statements(plan.Output))
            {
                await using var run = new Npgsql.NpgsqlCommand(statement, connection);
                await run.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }
        }

        Assert.Contains("already up to date", (await RunAsync(database.ConnectionString, "--plan")).Output, StringComparison.Ordinal);
        Assert.Contains("already up to date", (await RunAsync(database.ConnectionString)).Output, StringComparison.Ordinal);
        Assert.Equal(
            await SchemaAsync(await TestDatabase.CreateAsync()),
            await SchemaAsync(database, dispose: false));
    }

    [Fact]
    public async Task A_plan_as_JSON_has_the_scripts_that_are_missing()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var scripts = MigrationScript.Embedded();
        await new Migrator(database.Contexts, new RecordedLog(), [.. scripts.Take(scripts.Count - 1)]).RunAsync(TestContext.Current.CancellationToken);
        var report = JsonDocument.Parse((await RunAsync(database.ConnectionString, "--plan", "--json")).Output).RootElement;
        Assert.True(report.GetProperty("ok").GetBoolean());
        Assert.Equal(0, report.GetProperty("applied").GetArrayLength());
        var pending = Assert.Single(report.GetProperty("pending").EnumerateArray());
        Assert.Equal(scripts[^1].Name, pending.GetProperty("script").GetString());
        Assert.Contains(scripts[^1].Sql.Trim().Split('\n')[^1], pending.GetProperty("sql").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("CREATE TABLE schema_versions", pending.GetProperty("sql").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "ConnectionStrings__OAuthServer")]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=hidden-word;Timeout=2", "127.0.0.1:1")]
    [InlineData("Nonsense=hidden-word", "ConnectionStrings__OAuthServer")]
    public async Task A_database_that_cannot_be_used_is_code_1_with_the_reason_and_no_secret(string? connectionString, string reason)
    {
        var run = await RunAsync(connectionString);
        Assert.Equal(1, run.Code);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-word", run.Error + run.Output, StringComparison.Ordinal);
    }

    private static async Task<string> SchemaAsync(TestDatabase database, bool dispose = true)
    {
        var columns = await database.ScalarAsync<string>(
            """
            SELECT string_agg(concat_ws(' ', table_name, ordinal_position, column_name, data_type, is_nullable, column_default), E'\n' ORDER BY table_name, ordinal_position)
            FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE 'pg\_stat%'
            """);
        if (dispose) await database.DisposeAsync();
        return columns!;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string? connectionString, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var command = MigrateCommand.Create(() => connectionString);
        var code = await command.Parse(arguments).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error },
            TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
