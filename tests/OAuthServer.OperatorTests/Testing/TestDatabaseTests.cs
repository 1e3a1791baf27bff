using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Testing;

/// <summary>The tools that other tests rely on.</summary>
public sealed class TestDatabaseTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_test_gets_a_database_of_its_own()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await using var one = await TestDatabase.CreateAsync();
        output.WriteLine($"first: {watch.ElapsedMilliseconds} ms");
        watch.Restart();
        await using var other = await TestDatabase.CreateAsync();
        output.WriteLine($"next: {watch.ElapsedMilliseconds} ms");
        await one.ExecuteAsync("CREATE TABLE mine (n int)");
        Assert.True(await other.ScalarAsync<bool>("SELECT to_regclass('mine') IS NULL"));
        Assert.True(await other.ScalarAsync<bool>("SELECT to_regclass('oauth_clients') IS NOT NULL"));
    }

    [Fact]
    public async Task Ageing_moves_every_time_of_every_oauth_table_and_nothing_else()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            "CREATE TABLE oauth_probe (a timestamptz NOT NULL DEFAULT now(), b timestamptz, n int)");
        await database.ExecuteAsync("CREATE TABLE other (a timestamptz NOT NULL DEFAULT now())");
        await database.ExecuteAsync(
            "INSERT INTO oauth_probe (b, n) VALUES (NULL, 7); INSERT INTO other DEFAULT VALUES");
        await database.AgeAsync(TimeSpan.FromMinutes(6));
        var row = Assert.Single(await database.QueryAsync("SELECT now() - a AS age, b, n FROM oauth_probe"));
        Assert.InRange((TimeSpan)row["age"]!, TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(7));
        Assert.Null(row["b"]);
        Assert.Equal(7, row["n"]);
        Assert.InRange(
            await database.ScalarAsync<TimeSpan>("SELECT now() - a FROM other"),
            TimeSpan.Zero,
            TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Statements_are_counted_per_database_without_the_counting()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var neighbour = await TestDatabase.CreateAsync();
        var before = await database.StatementCountAsync();
        await database.ScalarAsync<int>("SELECT 1");
        await database.ScalarAsync<int>("SELECT 2");
        await neighbour.ScalarAsync<int>("SELECT 3");
        Assert.Equal(2, await database.StatementCountAsync() - before);
        Assert.Equal(2, await database.StatementCountAsync() - before);
    }

    [Fact]
    public async Task A_dedicated_cluster_goes_down_and_comes_back_with_its_data()
    {
        await using var cluster = await DedicatedCluster.CreateAsync();
        await TestDatabase.MigrateAsync(cluster.ConnectionString);
        await using var database = NpgsqlDataSource.Create(cluster.ConnectionString);
        Assert.Equal(0L, await CountAsync(database));

        await cluster.StopAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => CountAsync(database));

        await cluster.StartAsync();
        await Eventually.BecomesTrue(
            async () => await AnswersAsync(database), TimeSpan.FromSeconds(10), "the database answers again");
    }

    [Fact]
    public async Task Waiting_for_what_never_comes_names_it()
    {
        var missed = await Assert.ThrowsAsync<TimeoutException>(
            () => Eventually.BecomesTrue(() => Task.FromResult(false), TimeSpan.FromMilliseconds(50), "pigs fly"));
        Assert.Contains("pigs fly", missed.Message, StringComparison.Ordinal);
    }

    private static async Task<object?> CountAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT count(*) FROM oauth_clients");
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<bool> AnswersAsync(NpgsqlDataSource database)
    {
        try
        {
            return await CountAsync(database) is 0L;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
