using Npgsql;
using OAuthServer.Storage;
using OAuthServer.Storage.Schema;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators;

/// <summary>What an operator sees of <c>OAuthServer migrate</c>.</summary>
public sealed class MigrateCommandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_what_it_ran_and_the_second_time_that_there_was_nothing_to_do()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var first = await RunAsync(database.ConnectionString);
        Assert.Equal((0, ""), (first.Code, first.Error));
        Assert.Contains("Ran 001_create_oauth_tables.sql.", first.Output, StringComparison.Ordinal);
        Assert.Equal("The schema is up to date.", first.Lines[^1]);
        await TestData.SeedAsync(database);

        var second = await RunAsync(database.ConnectionString);
        Assert.Equal((0, "The schema is already up to date."), (second.Code, second.Output.Trim()));
        var json = await RunAsync(database.ConnectionString, "--json");
        Assert.Equal(0, json.Code);
        Assert.True(json.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(0, json.Json.GetProperty("applied").GetArrayLength());
        Assert.True(await database.ScalarAsync<long>("SELECT count(*) FROM oauth_clients") > 0);
    }

    [Theory]
    [InlineData("", "Another migration ran meanwhile. The schema is already up to date.")]
    [InlineData("--json", "\"waited\":true")]
    public async Task When_another_one_had_its_turn_first_it_says_so(string option, string expected)
    {
        const string asked =
            "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements WHERE query LIKE '%pg_try_advisory_lock%' "
            + "AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
        await using var database = await TestDatabase.CreateAsync();
        await using var other = await database.DataSource.OpenConnectionAsync(Ct);
        await using var turn = new NpgsqlCommand($"SELECT pg_advisory_lock({(long)AdvisoryLock.Migrating})", other);
        await turn.ExecuteNonQueryAsync(Ct);

        var running = RunAsync(database.ConnectionString, option.Length == 0 ? [] : [option]);
        await Eventually.BecomesTrue(
            async () => await database.ScalarAsync<long>(asked) > 0,
            TimeSpan.FromSeconds(20),
            "it has asked for its turn");
        turn.CommandText = $"SELECT pg_advisory_unlock({(long)AdvisoryLock.Migrating})";
        await turn.ExecuteNonQueryAsync(Ct);

        var run = await running;
        Assert.Equal(0, run.Code);
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Ran ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_changes_nothing_and_is_the_whole_truth()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var plan = await RunAsync(database.ConnectionString, "--plan");
        Assert.Equal(0, plan.Code);
        Assert.Contains("-- 001_create_oauth_tables.sql", plan.Output, StringComparison.Ordinal);
        Assert.Contains("SET LOCAL lock_timeout = '2000ms';", plan.Output, StringComparison.Ordinal);
        const string tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
        Assert.Equal(0, await database.ScalarAsync<long>(tables));

        await using (var connection = await database.DataSource.OpenConnectionAsync(Ct))
        {
            foreach (var statement in SqlText.Statements(plan.Output))
            {
                await using var run = new NpgsqlCommand(statement, connection);
                await run.ExecuteNonQueryAsync(Ct);
            }
        }

        var planned = await RunAsync(database.ConnectionString, "--plan");
        Assert.Equal("-- The schema is already up to date.", planned.Output.Trim());
        Assert.Equal("The schema is already up to date.", (await RunAsync(database.ConnectionString)).Output.Trim());
        await using var migrated = await TestDatabase.CreateAsync();
        Assert.Equal(await SchemaAsync(migrated), await SchemaAsync(database));
    }

    [Fact]
    public async Task A_plan_as_JSON_has_the_scripts_that_are_missing()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var scripts = MigrationScript.Embedded();
        await new Migrator(database.Contexts, new RecordedLog(), [.. scripts.SkipLast(1)]).RunAsync(Ct);

        var report = (await RunAsync(database.ConnectionString, "--plan", "--json")).Json;

        Assert.True(report.GetProperty("ok").GetBoolean());
        Assert.Equal(0, report.GetProperty("applied").GetArrayLength());
        var pending = Assert.Single(report.GetProperty("pending").EnumerateArray());
        Assert.Equal(scripts[^1].Name, pending.GetProperty("script").GetString());
        var sql = pending.GetProperty("sql").GetString();
        Assert.Contains(scripts[^1].Sql.Trim().Split('\n')[^1], sql, StringComparison.Ordinal);
        Assert.DoesNotContain("CREATE TABLE schema_versions", sql, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_fails_is_named_with_the_reason()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await database.ExecuteAsync("CREATE TABLE oauth_clients (id integer)");

        var run = await RunAsync(database.ConnectionString);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.StartsWith(
            "001_create_oauth_tables.sql failed and left nothing behind. 42P07", run.Error, StringComparison.Ordinal);
        var json = await RunAsync(database.ConnectionString, "--json");
        Assert.Equal(1, json.Code);
        Assert.Equal("001_create_oauth_tables.sql", json.Json.GetProperty("failed_script").GetString());
    }

    [Theory]
    [InlineData(2, null, "No database is configured: set ConnectionStrings__OAuthServer.")]
    [InlineData(2, "Password=hidden-word;Nonsense=1", "has an unknown part behind a password")]
    [InlineData(3, "Host=127.0.0.1;Port=1;Username=u;Password=hidden-word;Timeout=2", "127.0.0.1:1")]
    [InlineData(3, "Host=no-such-host.invalid;Username=u;Password=hidden-word;Timeout=2", "no-such-host.invalid")]
    public async Task A_database_that_cannot_be_used_is_named_and_no_secret(
        int code, string? connectionString, string reason)
    {
        foreach (var options in (string[][])[[], ["--json"], ["--plan"]])
        {
            var run = await RunAsync(connectionString, options);

            Assert.Equal((code, ""), (run.Code, run.Output));
            Assert.Contains(reason, run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("hidden-word", run.Error, StringComparison.Ordinal);
        }
    }

    private static async Task<string?> SchemaAsync(TestDatabase database) => await database.ScalarAsync<string>(
        """
        SELECT string_agg(concat_ws(' ', table_name, ordinal_position, column_name, data_type, is_nullable,
                                    column_default), E'\n' ORDER BY table_name, ordinal_position)
        FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE 'pg\_stat%'
        """);

    private static Task<CommandRun> RunAsync(string? connectionString, params string[] options) =>
        CommandLine.On(connectionString).RunAsync(["migrate", .. options], Ct);
}
