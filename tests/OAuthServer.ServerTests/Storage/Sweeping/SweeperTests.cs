using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Storage.Sweeping;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage.Sweeping;

/// <summary>The sweeper beside other sweepers, beside traffic, and on a database that is slow.</summary>
public sealed class SweeperTests
{
    private static readonly TimeSpan LongOver = TimeSpan.FromDays(2);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_sweepers_at_once_share_the_work_and_never_a_row()
    {
        await using var one = await TestServer.StartAsync();
        await using var two = await TestServer.StartAsync(new()
        {
            Database = one.Database,
            Settings = Settings(("Sweeper:Pause", "00:00:00")),
        });
        await one.Database.AddFamiliesAsync(12_000, LongOver);
        await one.Database.AddFamiliesAsync(10, -LongOver);

        await Task.WhenAll(SweeperOf(one).RunAsync(Ct), SweeperOf(two).RunAsync(Ct));

        Assert.Equal(10, await one.Database.CountAsync("oauth_refresh_tokens"));
        Assert.Equal(12_000, RemovedBy(one) + RemovedBy(two));
        Assert.True(RemovedBy(one) > 0 && RemovedBy(two) > 0, "One of the two did nothing.");
        Assert.Equal(0, await one.Database.DeadlocksAsync());
    }

    [Fact]
    public async Task Rows_that_a_transaction_holds_are_left_for_the_next_run()
    {
        await using var server = await TestServer.StartAsync();
        await server.Database.AddFamiliesAsync(1500, LongOver);
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync(Ct))
        {
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            await using var hold = connection.CreateCommand();
            hold.CommandText = "UPDATE oauth_refresh_tokens SET rotated_at = now() WHERE family IN (SELECT family "
                + "FROM oauth_refresh_tokens ORDER BY sweep_at LIMIT 5)";
            await hold.ExecuteNonQueryAsync(Ct);

            await SweeperOf(server).RunAsync(Ct);

            Assert.Equal(5, await server.Database.CountAsync("oauth_refresh_tokens"));
        }

        await SweeperOf(server).RunAsync(Ct);
        Assert.Equal(0, await server.Database.CountAsync("oauth_refresh_tokens"));
    }

    [Fact]
    public async Task A_statement_over_its_timeout_is_followed_by_smaller_ones_until_all_is_done()
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = Settings(("Sweeper:StatementTimeout", "00:00:00.200"), ("Sweeper:Pause", "00:00:00")),
        });
        await SlowDownAsync(server.Database, seconds: 0.002);
        await server.Database.AddFamiliesAsync(150, LongOver);

        await SweeperOf(server).RunAsync(Ct);

        Assert.Equal(0, await server.Database.CountAsync("oauth_refresh_tokens"));
        Assert.Equal(150, RemovedBy(server));
        Assert.True(
            await server.Database.ScalarAsync<long>(
                "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()") > 0,
            "No statement was over its timeout.");
    }

    [Fact]
    public async Task A_table_that_is_too_slow_for_any_batch_does_not_hold_up_the_others()
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = Settings(("Sweeper:StatementTimeout", "00:00:00.050"), ("Sweeper:BatchSize", "20")),
        });
        await SlowDownAsync(server.Database, seconds: 1);
        await server.Database.AddFamiliesAsync(20, LongOver);
        await server.Database.AddRevokedAsync(LongOver);

        await SweeperOf(server).RunAsync(Ct);

        Assert.Equal(20, await server.Database.CountAsync("oauth_refresh_tokens"));
        Assert.Equal(0, await server.Database.CountAsync("oauth_revoked_tokens"));
        Assert.Equal(
            20,
            server.Services.GetRequiredService<SweepTotals>().Tables.Single(
                total => total.Key == "oauth_refresh_tokens").Value.Waiting);
    }

    [Fact]
    public async Task It_runs_by_itself_and_the_host_stops_at_once_although_a_statement_is_running()
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = Settings(
                ("Sweeper:Enabled", "true"),
                ("Sweeper:Interval", "00:00:01"),
                ("Sweeper:StatementTimeout", "00:01:00")),
        });
        await SlowDownAsync(server.Database, seconds: 60);
        await server.Database.AddFamiliesAsync(1, LongOver);
        await Eventually.BecomesTrue(
            async () =>
                await server.Database.ScalarAsync<long>(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                        + "AND wait_event = 'PgSleep'") == 1,
            TimeSpan.FromSeconds(20),
            "the sweeper deletes");

        var stopping = Stopwatch.StartNew();
        await server.Services.GetRequiredService<Sweeper>().StopAsync(Ct);

        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(10), $"The sweeper took {stopping.Elapsed} to stop.");
        Assert.Equal(1, await server.Database.CountAsync("oauth_refresh_tokens"));
    }

    [Fact]
    public async Task A_backlog_drains_while_apps_refresh_and_every_live_token_works()
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = Settings(("Sweeper:Pause", "00:00:00.005")),
        });
        var (over, live) = (1_800 * Effort.Rounds(5), 1_000);
        await server.Database.AddFamiliesAsync(over, LongOver);
        await server.Database.AddFamiliesAsync(live, -LongOver);
        var families = new List<string>();
        using (var browser = new TestBrowser(server))
            for (var app = 0; app < 4; app++)
                families.Add(
                    (await server.RedeemAsync(
                        (await browser.AuthorizeAsync(new AuthorizationAsk())).Code)).RefreshToken!);

        using var drained = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var refreshing = families.Select(token => RefreshUntilAsync(server, token, drained.Token)).ToList();
        await SweeperOf(server).RunAsync(Ct);
        await drained.CancelAsync();
        var rotations = await Task.WhenAll(refreshing);

        Assert.All(rotations, count => Assert.True(count > 0));
        Assert.Equal(over, RemovedBy(server));
        Assert.Equal(live + families.Count, await server.Database.CountAsync("oauth_refresh_tokens"));
        Assert.Equal(0, await server.Database.DeadlocksAsync());
    }

    // Each refresh must answer with tokens, at least one of them while the sweep runs.
    private static async Task<int> RefreshUntilAsync(TestServer server, string refreshToken, CancellationToken until)
    {
        var rotations = 0;
        do
        {
            var reply = await server.RefreshAsync(refreshToken);
            Assert.Equal(HttpStatusCode.OK, reply.Status);
            refreshToken = reply.RefreshToken!;
            rotations++;
        }
        while (!until.IsCancellationRequested);

        return rotations;
    }

    private static Task<int> SlowDownAsync(TestDatabase database, double seconds) => database.ExecuteAsync(
        FormattableString.Invariant($"""
        CREATE FUNCTION take_your_time() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN PERFORM pg_sleep({seconds}); RETURN OLD; END $$;
        CREATE TRIGGER take_your_time BEFORE DELETE ON oauth_refresh_tokens
            FOR EACH ROW EXECUTE FUNCTION take_your_time();
        """));

    private static Sweeper SweeperOf(TestServer server) => server.Services.GetRequiredService<Sweeper>();

    private static long RemovedBy(TestServer server) =>
        server.Services.GetRequiredService<SweepTotals>().Tables.Sum(total => total.Value.Removed);

    private static Dictionary<string, string?> Settings(params (string Key, string Value)[] settings) =>
        settings.ToDictionary(s => s.Key, s => (string?)s.Value);
}
