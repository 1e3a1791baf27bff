using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using OAuthServer.Storage.Schema;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Storage.Schema;

/// <summary>Running the migrations, and knowing whether they ran.</summary>
public sealed class MigratorTests
{
    private static readonly MigrationScript First = new(
        "001_first.sql", "CREATE TABLE runs (n int); INSERT INTO runs VALUES (1);");
    private static readonly MigrationScript Second = new(
        "002_second.sql",
        """
        CREATE FUNCTION quoted() RETURNS text LANGUAGE plpgsql AS $body$
        BEGIN
            RETURN '$not_a_variable$; -- still text';
        END;
        $body$;
        INSERT INTO runs VALUES (2);
        """);

    [Fact]
    public async Task The_embedded_scripts_run_in_order_once()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var migrator = new Migrator(
            database.Contexts, Microsoft.Extensions.Logging.Abstractions.NullLogger<Migrator>.Instance);

        var first = await migrator.RunAsync(Now);
        Assert.True(first.Ok, first.Cause);
        Assert.Equal(MigrationScript.Embedded().Select(script => script.Name), first.Applied);
        Assert.Contains("001_create_oauth_tables.sql", first.Applied);

        var second = await migrator.RunAsync(Now);
        Assert.True(second.Ok);
        Assert.Empty(second.Applied);
        Assert.True((await new SchemaVersion(database.Contexts).CompareAsync(Now)).IsReady);
    }

    [Fact]
    public async Task Three_migrators_at_once_run_every_script_once()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var slow = new MigrationScript("003_slow.sql", "SELECT pg_sleep(0.3); INSERT INTO runs VALUES (3);");
        var results = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => Migrator(database, First, Second, slow).RunAsync(Now)));

        Assert.All(results, result => Assert.True(result.Ok, result.Cause));
        Assert.Equal(
            [First.Name, Second.Name, slow.Name], Assert.Single(results, result => result.Applied.Count > 0).Applied);
        Assert.Equal(3, await database.ScalarAsync<long>("SELECT count(*) FROM runs"));
        Assert.Equal(3, await database.ScalarAsync<long>("SELECT count(*) FROM schema_versions"));
        Assert.Equal("$not_a_variable$; -- still text", await database.ScalarAsync<string>("SELECT quoted()"));
    }

    [Fact]
    public async Task A_script_that_fails_is_named_and_leaves_nothing_behind()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var broken = new MigrationScript(
            "002_broken.sql", "CREATE TABLE half (n int); INSERT INTO missing VALUES (1);");

        var failed = await Migrator(database, First, broken).RunAsync(Now);
        Assert.False(failed.Ok);
        Assert.Equal([First.Name], failed.Applied);
        Assert.Equal(broken.Name, failed.FailedScript);
        Assert.Contains("missing", failed.Cause, StringComparison.Ordinal);
        Assert.True(await database.ScalarAsync<bool>("SELECT to_regclass('half') IS NULL"));

        var mended = await Migrator(database, First, broken with { Sql = "CREATE TABLE half (n int);" }).RunAsync(Now);
        Assert.Equal([broken.Name], mended.Applied);
    }

    [Fact]
    public async Task A_first_script_that_fails_leaves_not_even_the_journal()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var failed = await Migrator(
            database, new MigrationScript("001_broken.sql", "CREATE TABLE half (n int); SELECT 1/0;")).RunAsync(Now);
        Assert.Equal("001_broken.sql", failed.FailedScript);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task A_migrator_that_waited_for_another_says_so()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var log = new RecordedLog();
        Task<MigrationResult> waiting;
        await using (var connection = await database.DataSource.OpenConnectionAsync(Now))
        {
            await using (var hold = new NpgsqlCommand($"SELECT pg_advisory_lock({0x6F61757468737276})", connection))
                await hold.ExecuteNonQueryAsync(Now);
            waiting = new Migrator(database.Contexts, log, [First]).RunAsync(Now);
            await Eventually.BecomesTrue(
                () => Task.FromResult(log.Text.Contains("Another migration is running", StringComparison.Ordinal)),
                TimeSpan.FromSeconds(20),
                "it waits");
            await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection);
            await release.ExecuteNonQueryAsync(Now);
        }

        Assert.True((await waiting).Waited);
        Assert.False((await Migrator(database, First).RunAsync(Now)).Waited);
    }

    [Fact]
    public async Task A_waiting_migrator_gives_up_when_told_to()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync(Now);
        await using (var hold = new NpgsqlCommand($"SELECT pg_advisory_lock({0x6F61757468737276})", connection))
            await hold.ExecuteNonQueryAsync(Now);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Migrator(database, First).RunAsync(stop.Token));
        Assert.True(await database.ScalarAsync<bool>("SELECT to_regclass('runs') IS NULL"));
    }

    [Fact]
    public async Task The_health_check_names_the_command_until_the_schema_is_there_and_then_asks_no_more()
    {
        var database = await TestDatabase.CreateEmptyAsync();
        var check = new SchemaHealthCheck(new SchemaVersion(database.Contexts, [First, Second]));

        await Migrator(database, First).RunAsync(Now);
        var behind = await CheckAsync(check);
        Assert.Equal(HealthStatus.Unhealthy, behind.Status);
        Assert.Contains("run `OAuthServer migrate`", behind.Description, StringComparison.Ordinal);
        Assert.Contains(Second.Name, behind.Description, StringComparison.Ordinal);
        Assert.DoesNotContain(First.Name, behind.Description, StringComparison.Ordinal);

        await Migrator(database, First, Second).RunAsync(Now);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(check)).Status);

        await database.DisposeAsync();
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(check)).Status);
    }

    [Fact]
    public async Task A_database_newer_than_this_build_is_ready()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await Migrator(database, First, Second).RunAsync(Now);
        var older = await new SchemaVersion(database.Contexts, [First]).CompareAsync(Now);
        Assert.True(older.IsReady);
        Assert.Equal([Second.Name], older.Newer);
        Assert.Empty((await Migrator(database, First).RunAsync(Now)).Applied);
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static Migrator Migrator(TestDatabase database, params MigrationScript[] scripts) =>
        new(database.Contexts, new RecordedLog(), scripts);

    private static Task<HealthCheckResult> CheckAsync(SchemaHealthCheck check) =>
        check.CheckHealthAsync(
            new HealthCheckContext
            {
                Registration = new HealthCheckRegistration("schema", check, HealthStatus.Unhealthy, null),
            },
            Now);
}
