using System.Net;
using Npgsql;
using OAuthServer.Storage.Schema;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Storage.Schema;

/// <summary>Migrations beside people who use the tables: locks that do not come, requests that go on.</summary>
public sealed class MigratorLockTests
{
    private static readonly MigrationPatience Short = new()
    {
        LockTimeout = TimeSpan.FromMilliseconds(100),
        Tries = 2,
        Pause = TimeSpan.FromMilliseconds(20),
    };
    private static readonly MigrationScript Table = new("001_table.sql", "CREATE TABLE things (n int);");
    private static readonly MigrationScript Column = new(
        "002_column.sql", "CREATE TABLE half (n int); ALTER TABLE things ADD COLUMN note text;");

    [Fact]
    public async Task A_lock_that_does_not_come_is_given_up_in_time_with_the_name_of_who_holds_it()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await Migrator(database, Short, Table).RunAsync(Now);
        await using var reader = await ReadForeverAsync(database);
        var log = new RecordedLog();

        var result = await new Migrator(database.Contexts, log, [Table, Column], Short).RunAsync(Now);
        Assert.Equal(Column.Name, result.FailedScript);
        Assert.Contains("55P03", result.Cause, StringComparison.Ordinal);
        Assert.Contains("tried 2 times", result.Cause, StringComparison.Ordinal);
        Assert.Contains("a forgotten report, idle in transaction", result.Cause, StringComparison.Ordinal);
        Assert.Contains("try 1 of 2", log.Text, StringComparison.Ordinal);
        Assert.True(await database.ScalarAsync<bool>("SELECT to_regclass('half') IS NULL"));
    }

    [Fact]
    public async Task A_lock_that_comes_free_is_got_by_the_next_try()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await Migrator(database, Short, Table).RunAsync(Now);
        var reader = await ReadForeverAsync(database);
        var log = new RecordedLog();

        var running = new Migrator(database.Contexts, log, [Table, Column], Short with { Tries = 1000 }).RunAsync(Now);
        await Eventually.BecomesTrue(
            () => Task.FromResult(log.Text.Contains("try 1 of", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(20),
            "the first try was given up");
        await reader.DisposeAsync();
        Assert.Equal([Column.Name], (await running).Applied);
    }

    [Fact]
    public void By_default_a_lock_is_waited_for_at_most_two_seconds() => Assert.StartsWith(
        "SET LOCAL lock_timeout = '2000ms';", new MigrationPatience().Limit(Column), StringComparison.Ordinal);

    [Fact]
    public async Task Refreshes_go_on_while_the_schema_changes_under_them()
    {
        await using var server = await TestServer.StartAsync();
        string[] tokens =
        [
            (await server.TokensAsync()).RefreshToken!,
            (await server.TokensAsync()).RefreshToken!,
            (await server.TokensAsync()).RefreshToken!,
        ];
        using var done = new CancellationTokenSource();
        var callers = tokens.Select(token => RefreshUntilAsync(server, token, done.Token)).ToList();

        MigrationScript[] expand =
        [
            new(
                "901_expand.sql",
                "ALTER TABLE oauth_refresh_tokens ADD COLUMN note text, ADD COLUMN seen boolean NOT NULL DEFAULT "
                    + "false; ALTER TABLE accounts ADD COLUMN motto text;"),
            new(
                "902_check.sql",
                "ALTER TABLE oauth_refresh_tokens ADD CONSTRAINT note_is_short CHECK (length(note) < 100) NOT VALID;"),
            new("903_validate.sql", "ALTER TABLE oauth_refresh_tokens VALIDATE CONSTRAINT note_is_short;"),
        ];
        var result = await Migrator(server.Database, new(), [.. MigrationScript.Embedded(), .. expand]).RunAsync(Now);
        await done.CancelAsync();

        Assert.True(result.Ok, result.Cause);
        Assert.Equal(expand.Select(script => script.Name), result.Applied);
        Assert.All(
            await Task.WhenAll(callers),
            statuses => Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status)));
        Assert.True((await server.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), Now)).IsSuccessStatusCode);
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static Migrator Migrator(
        TestDatabase database,
        MigrationPatience patience,
        params MigrationScript[] scripts) => new(database.Contexts, new RecordedLog(), scripts, patience);

    // At least some before, during and after.
    private static async Task<IReadOnlyList<HttpStatusCode>> RefreshUntilAsync(
        TestServer server, string token, CancellationToken done)
    {
        const int least = 20;
        var statuses = new List<HttpStatusCode>();
        while (!done.IsCancellationRequested || statuses.Count < least)
        {
            var reply = await server.RefreshAsync(token);
            statuses.Add(reply.Status);
            if (reply.RefreshToken is null) break;
            token = reply.RefreshToken;
        }

        return statuses;
    }

    // A transaction that has read the table and was then forgotten.
    private static async Task<NpgsqlConnection> ReadForeverAsync(TestDatabase database)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(database.ConnectionString)
            {
                ApplicationName = "a forgotten report",
                Pooling = false,
            }.ConnectionString);
        await connection.OpenAsync(Now);
        await using var read = new NpgsqlCommand("BEGIN; SELECT count(*) FROM things", connection);
        await read.ExecuteNonQueryAsync(Now);
        return connection;
    }
}
