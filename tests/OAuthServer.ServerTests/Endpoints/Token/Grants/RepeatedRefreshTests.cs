using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token.Grants;

/// <summary>
/// A refresh token that comes again inside the retry window: served, told as what it is, and bounded where an operator
/// says so.
/// </summary>
public sealed class RepeatedRefreshTests : IAsyncLifetime
{
    private const string Home = "192.0.2.1";
    private const string Elsewhere = "198.51.100.9";
    private const string Phone = "phone/1.0";
    private const string Laptop = "laptop/2.0";

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestData.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(Home, Phone, false, "no", "no")]
    [InlineData(Elsewhere, Phone, false, "yes", "no")]
    [InlineData(Home, Laptop, true, "no", "yes")]
    [InlineData(Elsewhere, Laptop, true, "yes", "yes")]
    public async Task A_repeat_is_told_with_both_addresses_and_the_device(
        string address, string agent, bool otherDevice, string toldAddress, string toldDevice)
    {
        await using var server = await StartAsync();
        using var metrics = new CollectedMetrics(server);
        var first = await TokensAsync(server);
        var second = (await RefreshAsync(server, first.RefreshToken, Home, Phone)).IsTokens();

        var again = (await RefreshAsync(server, first.RefreshToken, address, agent)).IsTokens();

        Assert.Equal(second.RefreshToken, again.RefreshToken);
        var told = Assert.Single(
            await _database.QueryAsync(
                "SELECT address, earlier_address, other_device FROM oauth_audit_events "
                    + "WHERE event = 'refresh_token_repeated'"));
        Assert.Equal(
            (address, Home, otherDevice),
            ((string)told["address"]!, (string)told["earlier_address"]!, (bool)told["other_device"]!));
        Assert.Equal(1, metrics.Count(
            "oauth.server.refresh.repeats", $"oauth.other_address={toldAddress}", $"oauth.other_device={toldDevice}"));
        Assert.Equal(1, metrics.All.Count(m => m.Instrument == "oauth.server.refresh.repeats"));
        (await RefreshAsync(server, again.RefreshToken, Home, Phone)).IsTokens();
    }

    [Fact]
    public async Task Without_device_binding_the_device_is_not_known()
    {
        await using var server = await StartAsync("Off");
        var first = await TokensAsync(server);
        await RefreshAsync(server, first.RefreshToken, Home, Phone);
        (await RefreshAsync(server, first.RefreshToken, Elsewhere, Laptop)).IsTokens();
        Assert.Equal(1, await CountAsync(
            "event = 'refresh_token_repeated' AND other_device IS NULL AND earlier_address = '192.0.2.1'"));
    }

    [Fact]
    public async Task Under_Enforce_a_repeat_from_another_device_is_refused_and_ends_nothing()
    {
        await using var server = await StartAsync("Enforce");
        var first = await TokensAsync(server);
        var second = (await RefreshAsync(server, first.RefreshToken, Home, Phone)).IsTokens();

        (await RefreshAsync(server, first.RefreshToken, Elsewhere, Laptop)).IsError("invalid_grant");

        Assert.Equal(1, await CountAsync("event = 'token_refused' AND reason = 'device_changed'"));
        Assert.Equal(
            second.RefreshToken,
            (await RefreshAsync(server, first.RefreshToken, Elsewhere, Phone)).IsTokens().RefreshToken);
        (await RefreshAsync(server, second.RefreshToken, Home, Phone)).IsTokens();
    }

    [Theory]
    [InlineData("successor used")]
    [InlineData("window over")]
    [InlineData("two generations old")]
    public async Task Under_Enforce_an_old_token_ends_the_session_whatever_it_is_sent_from(string how)
    {
        await using var server = await StartAsync("Enforce");
        var first = await TokensAsync(server);
        var last = (await RefreshAsync(server, first.RefreshToken, Home, Phone)).IsTokens();
        if (how != "window over") last = (await RefreshAsync(server, last.RefreshToken, Home, Phone)).IsTokens();
        if (how == "two generations old")
            last = (await RefreshAsync(server, last.RefreshToken, Home, Phone)).IsTokens();
        if (how == "window over") await _database.AgeAsync(TimeSpan.FromSeconds(31));

        (await RefreshAsync(server, first.RefreshToken, Elsewhere, Laptop)).IsError("invalid_grant");

        Assert.Equal(1, await CountAsync("event = 'refresh_token_reused' AND reason = 'refresh_token_reused'"));
        (await RefreshAsync(server, last.RefreshToken, Home, Phone)).IsError("invalid_grant");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task One_repeat_in_a_row_more_than_the_bound_ends_the_session(int bound)
    {
        await BoundAsync(bound);
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        var current = await TokensAsync(one);
        for (var i = 0; i < bound; i++) current = await RefreshTwiceAsync(one, two, current);
        var next = (await RefreshAsync(one, current.RefreshToken, Home, Phone)).IsTokens();

        (await RefreshAsync(two, current.RefreshToken, Elsewhere, Phone)).IsError("invalid_grant");

        Assert.Equal(1, await CountAsync("event = 'refresh_token_reused' AND reason = 'refresh_repeats_exhausted'"));
        Assert.Equal(bound, await CountAsync("event = 'refresh_token_repeated'"));
        (await RefreshAsync(one, next.RefreshToken, Home, Phone)).IsError("invalid_grant");
        Assert.True(await one.IsRevokedAsync(next.AccessToken!));
    }

    [Fact]
    public async Task A_refresh_that_nobody_repeats_begins_the_count_anew()
    {
        await BoundAsync(2);
        await using var server = await StartAsync();
        var current = await TokensAsync(server);
        for (var i = 0; i < 9; i++)
        {
            current = i % 3 == 2
                ? (await RefreshAsync(server, current.RefreshToken, Home, Phone)).IsTokens()
                : await RefreshTwiceAsync(server, server, current);
        }

        Assert.Equal(0, await CountAsync("event = 'refresh_token_reused'"));
    }

    [Theory]
    [InlineData(null, 4)]
    [InlineData(1, 1)]
    public async Task Fifty_tabs_at_once_are_one_repeated_refresh_and_end_nothing(int? bound, int rounds)
    {
        if (bound is { } most) await BoundAsync(most);
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        var current = await TokensAsync(one);
        for (var round = 0; round < rounds; round++)
        {
            var token = current.RefreshToken;
            var replies = await Task.WhenAll(
                Enumerable.Range(0, 50).Select(tab => RefreshAsync(tab % 2 == 0 ? one : two, token, Home, Phone)));
            foreach (var reply in replies) reply.IsTokens();
            current = Assert.Single(replies.DistinctBy(reply => reply.RefreshToken));
            Assert.Equal(
                round + 1, await _database.ScalarAsync<int>("SELECT repeats_in_a_row FROM oauth_refresh_tokens"));
        }

        Assert.Equal(49 * rounds, await CountAsync("event = 'refresh_token_repeated'"));
        Assert.Equal(0, await CountAsync("event = 'refresh_token_reused'"));
        (await RefreshAsync(one, current.RefreshToken, Home, Phone)).IsTokens();
    }

    [Fact]
    public async Task The_bound_counts_once_when_two_instances_race_for_the_last_repeat()
    {
        await BoundAsync(3);
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        var current = await TokensAsync(one);
        for (var i = 0; i < 3; i++)
        {
            var next = (await RefreshAsync(one, current.RefreshToken, Home, Phone)).IsTokens();
            var token = current.RefreshToken;
            var replies = await Task.WhenAll(
                Enumerable.Range(0, 20).Select(n => RefreshAsync(n % 2 == 0 ? one : two, token, Elsewhere, Laptop)));
            foreach (var reply in replies) Assert.Equal(next.RefreshToken, reply.IsTokens().RefreshToken);
            current = next;
        }

        Assert.Equal(3, await _database.ScalarAsync<int>("SELECT repeats_in_a_row FROM oauth_refresh_tokens"));
    }

    private static async Task<Reply> RefreshTwiceAsync(TestServer one, TestServer two, Reply current)
    {
        var next = (await RefreshAsync(one, current.RefreshToken, Home, Phone)).IsTokens();
        Assert.Equal(
            next.RefreshToken,
            (await RefreshAsync(two, current.RefreshToken, Elsewhere, Phone)).IsTokens().RefreshToken);
        return next;
    }

    private Task<int> BoundAsync(int most) =>
        _database.ExecuteAsync("UPDATE oauth_clients SET max_refresh_repeats = $1 WHERE client_id = 'demo-web'", most);

    private Task<long> CountAsync(string which) =>
        _database.ScalarAsync<long>($"SELECT count(*) FROM oauth_audit_events WHERE {which}");

    private Task<TestServer> StartAsync(string binding = "Audit") =>
        TestServer.StartAsync(new()
        {
            Database = _database,
            Settings = new Dictionary<string, string?> { ["OAuth:DeviceBinding"] = binding },
        });

    private static async Task<Reply> TokensAsync(TestServer server)
    {
        var tokens = await server.PostRawAsync(
            "/oauth/token",
            $"grant_type=authorization_code&code={await server.CodeAsync()}&code_verifier={AuthorizationAsk.Verifier}"
                + $"&client_id={TestData.Web}&client_secret={TestData.Secret}",
            headers: [("User-Agent", Phone), ("X-Forwarded-For", Home)]);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        return tokens;
    }

    private static Task<Reply> RefreshAsync(TestServer server, string? refreshToken, string address, string agent) =>
        server.PostRawAsync(
            "/oauth/token",
            $"grant_type=refresh_token&refresh_token={refreshToken}&client_id={TestData.Web}"
                + $"&client_secret={TestData.Secret}",
            headers: [("User-Agent", agent), ("X-Forwarded-For", address)]);
}
