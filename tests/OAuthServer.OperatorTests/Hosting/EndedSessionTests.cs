using System.Net;
using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>Connections that were ended while nobody used them are nothing that a client sees.</summary>
public sealed class EndedSessionTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private SeededCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await SeededCluster.CreateAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact, Row("GEN-12")]
    public async Task The_first_requests_after_sessions_were_ended_are_answered()
    {
        await using var server = await _cluster.ServeAsync();
        using var browser = new TestBrowser(server);
        var tokens = await server.TokensAsync();
        await browser.SignInAsync();

        await _cluster.EndSessionsAsync();
        var refreshed = await server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal((HttpStatusCode.OK, null), (refreshed.Status, refreshed.Error));

        await _cluster.EndSessionsAsync();
        var code = (await browser.AuthorizeAsync(new AuthorizationAsk())).Code;
        Assert.NotNull(code);

        await _cluster.EndSessionsAsync();
        var redeemed = await server.RedeemAsync(code);
        Assert.Equal((HttpStatusCode.OK, null), (redeemed.Status, redeemed.Error));

        await _cluster.EndSessionsAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.RevokeAsync(redeemed.RefreshToken)).Status);

        await _cluster.EndSessionsAsync();
        using var newcomer = new TestBrowser(server);
        await newcomer.SignInAsync();
    }

    [Fact]
    public async Task An_idle_timeout_of_the_database_is_not_noticed()
    {
        await _cluster.ExecuteAsync($"ALTER ROLE {SeededCluster.Role} SET idle_session_timeout = '300ms'");
        await using var server = await _cluster.ServeAsync();
        var tokens = await server.TokensAsync();
        for (var pause = 0; pause < 3; pause++)
        {
            await Eventually.BecomesTrue(
                async () => await _cluster.ScalarAsync<long>(
                    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND query NOT LIKE 'LISTEN%'") == 0,
                Patience, "the idle sessions are ended");
            tokens = await server.RefreshAsync(tokens.RefreshToken);
            Assert.Equal((HttpStatusCode.OK, null), (tokens.Status, tokens.Error));
        }
    }

    [Fact]
    public async Task A_network_that_forgot_its_connections_loses_no_refresh_and_calls_nobody_a_thief()
    {
        await using var network = new ForgetfulNetwork(
            new NpgsqlConnectionStringBuilder(_cluster.ConnectionString).Port);
        var through = new NpgsqlConnectionStringBuilder(_cluster.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = network.Port,
        };
        await using var server = await _cluster.ServeAsync(("ConnectionStrings:OAuthServer", through.ConnectionString));
        using var browser = new TestBrowser(server);
        var tokens = await server.TokensAsync();
        var code = (await browser.AuthorizeAsync(new AuthorizationAsk())).Code;

        network.Forget();
        var refreshed = await server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal((HttpStatusCode.OK, null), (refreshed.Status, refreshed.Error));

        network.Forget();
        // Nobody knows whether the first try counted, so it is an outage or a success, and never a replay.
        var redeemed = await server.RedeemAsync(code);
        Assert.True(redeemed.Status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, redeemed.Body);
        Assert.Equal(
            0,
            await _cluster.ScalarAsync<long>("SELECT count(*) FROM oauth_refresh_tokens WHERE revoked_at IS NOT NULL"));
        if (redeemed.Status == HttpStatusCode.ServiceUnavailable)
            Assert.Equal(HttpStatusCode.OK, (await server.RedeemAsync(code)).Status);
    }

    [Fact]
    public async Task What_no_standby_has_is_not_granted()
    {
        await using var server = await _cluster.ServeAsync();
        var tokens = await server.TokensAsync();
        var other = await server.TokensAsync();
        await _cluster.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = 'away'");
        await _cluster.ExecuteAsync("SELECT pg_reload_conf()");

        // One is given up by the server, and one by whoever cancels it. The cluster follows the setting a moment later.
        var first = await server.RefreshAsync(tokens.RefreshToken);
        await Eventually.BecomesTrue(
            async () => first.Status != HttpStatusCode.OK
                || (first = await server.RefreshAsync((tokens = first).RefreshToken)).Status != HttpStatusCode.OK,
            Patience, "the standby is missed");
        var second = server.RefreshAsync(other.RefreshToken);
        await Eventually.BecomesTrue(
            async () => second.IsCompleted || await _cluster.ScalarAsync<bool>(
                "SELECT coalesce(bool_or(pg_cancel_backend(pid)), false) FROM pg_stat_activity "
                + "WHERE wait_event = 'SyncRep' AND usename = 'app' AND state = 'active'"),
            Patience, "a commit waits for the standby");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, first.Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await second).Status);
        await _cluster.ExecuteAsync("ALTER SYSTEM RESET synchronous_standby_names");
        await _cluster.ExecuteAsync("SELECT pg_reload_conf()");
        foreach (var token in (string?[])[tokens.RefreshToken, other.RefreshToken])
        {
            await Eventually.BecomesTrue(
                async () => (await server.RefreshAsync(token)).Status == HttpStatusCode.OK, Patience, "it is granted");
        }
    }
}
