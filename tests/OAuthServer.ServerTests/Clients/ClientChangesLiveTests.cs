using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients;

/// <summary>How a change reaches the instances: by a notification, and without one by the cache's expiry.</summary>
public sealed class ClientChangesLiveTests
{
    // The server promises a second. A busy machine gets more, but far less than the five minutes that these servers
    // remember clients for.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private const string Listeners = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        + "AND query = 'LISTEN oauth_clients_changed'";

    [Fact]
    public async Task What_a_command_changes_is_live_on_every_instance_long_before_the_cache_expires()
    {
        await using var first = await TestServer.StartAsync(new() { Settings = Remember("00:05:00") });
        await using var second = await TestServer.StartAsync(new()
        {
            Settings = Remember("00:05:00"),
            Database = first.Database,
        });
        var clients = new ClientsRunner(first.Database);
        TestServer[] all = [first, second];
        foreach (var server in all) Assert.Equal("invalid_grant", await AnswerAsync(server, TestData.Secret));

        var secret = (await clients.RunAsync("rotate-secret", TestData.Web, "--json")).Json.GetProperty("client_secret")
            .GetString()!;
        foreach (var server in all)
        {
            await BecomesAsync(server, secret, "invalid_grant");
            Assert.Equal("invalid_grant", await AnswerAsync(server, TestData.Secret));
        }

        Assert.Equal(0, (await clients.RunAsync("disable", TestData.Web)).Code);
        foreach (var server in all) await BecomesAsync(server, secret, "invalid_client");
        Assert.Equal(0, (await clients.RunAsync("enable", TestData.Web)).Code);
        foreach (var server in all) await BecomesAsync(server, secret, "invalid_grant");
    }

    [Fact]
    public async Task A_change_that_nobody_was_told_of_is_live_when_the_cache_expires_and_a_new_listener_hears_again()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = Remember("00:00:01"),
            Services = services => services.AddSingleton<TimeProvider>(clock),
        });
        await Eventually.BecomesTrue(async () => await ListenersAsync(server) == 1, Soon, "the server listens");

        // The clock stands still, so the listener does not come back and the cache does not expire.
        await server.Database.ExecuteAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                + "AND query = 'LISTEN oauth_clients_changed'");
        await Eventually.BecomesTrue(async () => await ListenersAsync(server) == 0, Soon, "nobody listens");
        Assert.Equal("invalid_grant", await AnswerAsync(server, TestData.Secret));
        await SetDisabledAsync(server, true);
        Assert.Equal("invalid_grant", await AnswerAsync(server, TestData.Secret));

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("invalid_client", await AnswerAsync(server, TestData.Secret));
        Assert.Equal(0, await ListenersAsync(server));

        await Eventually.BecomesTrue(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return await ListenersAsync(server) == 1;
        }, Soon, "the server listens again");
        foreach (var (disabled, answer) in new[]
        {
            (false, "invalid_grant"),
            (true, "invalid_client"),
            (false, "invalid_grant"),
        })
        {
            await SetDisabledAsync(server, disabled);
            await BecomesAsync(server, TestData.Secret, answer);
        }
    }

    [Fact]
    public async Task What_changed_while_nobody_listened_is_live_as_soon_as_somebody_does()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = Remember("00:05:00"),
            Services = services => services.AddSingleton<TimeProvider>(clock),
        });
        await Eventually.BecomesTrue(async () => await ListenersAsync(server) == 1, Soon, "the server listens");
        await server.Database.ExecuteAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                + "AND query = 'LISTEN oauth_clients_changed'");
        await Eventually.BecomesTrue(async () => await ListenersAsync(server) == 0, Soon, "nobody listens");
        Assert.Equal("invalid_grant", await AnswerAsync(server, TestData.Secret));
        await SetDisabledAsync(server, true);

        // At most one of the five minutes that the cache would last.
        var seconds = 0;
        await Eventually.BecomesTrue(async () =>
        {
            if (seconds++ < 60) clock.Advance(TimeSpan.FromSeconds(1));
            return await ListenersAsync(server) == 1;
        }, Soon, "the server listens again");

        await BecomesAsync(server, TestData.Secret, "invalid_client");
    }

    private static Dictionary<string, string?> Remember(string lifetime) =>
        new() { ["Clients:CacheLifetime"] = lifetime };

    private static Task<long> ListenersAsync(TestServer server) => server.Database.ScalarAsync<long>(Listeners);

    private static Task<int> SetDisabledAsync(TestServer server, bool disabled) =>
        server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET disabled_at = CASE WHEN $1 THEN now() END WHERE client_id = $2",
            disabled,
            TestData.Web);

    private static async Task<string?> AnswerAsync(TestServer server, string secret) =>
        (await server.AuthenticateAsync(TestData.Web, secret)).Error;

    private static Task BecomesAsync(TestServer server, string secret, string answer) =>
        Eventually.BecomesTrue(
            async () => await AnswerAsync(server, secret) == answer, Soon, $"the answer is {answer}");
}
