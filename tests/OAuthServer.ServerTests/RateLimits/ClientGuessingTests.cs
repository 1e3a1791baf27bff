using System.Globalization;
using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.RateLimits;

/// <summary>Guessing a client's secret: it ends before a hundred tries, and shuts nobody out.</summary>
[JudgesDeployment]
public sealed class ClientGuessingTests(GuardedServer shared) : IClassFixture<GuardedServer>
{
    private const int Tries = 99;
    private static int _made;

    private readonly TestServer _server = shared.Server;

    // Each test has its own client, and its own addresses, by the third number of theirs.
    private readonly int _own = Interlocked.Increment(ref _made);

    private string Client => $"guessed-{_own}";

    [Fact, Row("OPS-02")]
    public async Task By_default_a_secret_withstands_fifty_guesses_from_any_number_of_addresses()
    {
        await using var server = await StartAsync(guesses: 50);
        for (var i = 0; i < 50; i++) AssertWrong(await GuessAsync(server, $"guess-{i}", i, client: TestData.Web));
        AssertLimited(await GuessAsync(server, "guess-50", 50, client: TestData.Web), 50);
    }

    [Theory, Row("OPS-02")]
    [InlineData(1)]
    [InlineData(200)]
    public async Task Guessing_a_secret_ends_before_a_hundred_tries_and_its_backend_goes_on(int addresses)
    {
        await AddClientAsync();
        var tokens = await _server.TokensAsync(Ask, Client);
        await using var cold = await TestServer.StartAsync(
            new() { Database = _server.Database, Settings = GuardedServer.Settings });

        await GuessUntilLimitedAsync(_server, addresses);
        var refreshed = await _server.RefreshAsync(tokens.RefreshToken, Client);
        Expect.Tokens(refreshed);
        Expect.Error(await _server.RefreshAsync("unknown", Client), "invalid_grant");
        Assert.Equal(1, await UsedUpAsync("client_secret_wrong"));

        // This instance has never seen the right secret.
        await GuessUntilLimitedAsync(cold, addresses);
        AssertLimited(await cold.RefreshAsync("unknown", Client));
        var after = await cold.RefreshAsync(refreshed.RefreshToken, Client);
        Expect.Tokens(after);
        Assert.Equal(HttpStatusCode.OK, (await cold.RevokeAsync(after.RefreshToken, Client)).Status);
        Expect.Error(await cold.RefreshAsync("unknown", Client), "invalid_grant");
    }

    [Fact, Row("OPS-02")]
    public async Task A_code_vouches_for_a_backend_that_nobody_remembers()
    {
        await AddClientAsync();
        var code = await _server.CodeAsync(Ask);
        await GuessUntilLimitedAsync(_server, 200);

        AssertLimited(await _server.RedeemAsync("unknown", Client));
        Expect.Tokens(await _server.RedeemAsync(code, Client));
    }

    [Fact, Row("OPS-02")]
    public async Task A_person_gets_few_guesses_by_a_code_of_their_own_and_spoils_nothing_for_others()
    {
        await AddClientAsync();
        var (code, other) = (await _server.CodeAsync(Ask), await CodeOfBobAsync());
        await GuessUntilLimitedAsync(_server, 200);

        for (var i = 0; i < 3; i++) AssertWrong(await GuessAsync(_server, $"own-{i}", 250, code));
        AssertLimited(await GuessAsync(_server, "own-3", 251, code), 3);
        AssertLimited(await GuessAsync(_server, TestData.Secret, 252, code), 3);

        Expect.Tokens(await _server.RedeemAsync(other, Client));
        Expect.Tokens(await _server.RedeemAsync(code, Client));
    }

    [Fact, Row("OPS-02")]
    public async Task Unknown_clients_share_a_budget_that_no_known_one_feels()
    {
        await using var server = await StartAsync(guesses: 4);
        for (var i = 0; i < 4; i++) AssertWrong(await GuessAsync(server, "guess", i, client: $"nobody-{i}"));
        for (var i = 4; i < 20; i++) AssertLimited(await GuessAsync(server, "guess", i, client: $"nobody-{i}"), 4);

        AssertWrong(await GuessAsync(server, "guess", 21, client: TestData.OtherWeb));
        Expect.Error(await server.RefreshAsync("unknown", TestData.OtherWeb), "invalid_grant");
        const string unknown =
            "SELECT count(*) FROM oauth_audit_events WHERE event = $1 AND reason = 'client_unknown'";
        Assert.Equal(1, await server.Database.ScalarAsync<long>(unknown, "budget_used_up"));
        Assert.Equal(4, await server.Database.ScalarAsync<long>(unknown, "client_refused"));
    }

    [Fact, Row("OPS-02")]
    public async Task An_address_that_is_turned_away_leaves_one_audit_row()
    {
        var address = $"192.0.2.{_own}";
        for (var i = 0; i < 103; i++)
            await _server.PostRawAsync("/oauth/token", "grant_type=x", headers: ("X-Forwarded-For", address));

        const string usedUp = """
            SELECT count(*) FROM oauth_audit_events
            WHERE event = 'budget_used_up' AND reason = 'address_budget' AND address = $1
            """;
        Assert.Equal(1, await _server.Database.ScalarAsync<long>(usedUp, address));
    }

    private static Task<TestServer> StartAsync(int guesses) => TestServer.StartAsync(new()
    {
        Settings = new Dictionary<string, string?>
        {
            ["RateLimiting:ClientSecrets:PermitLimit"] = guesses.ToString(CultureInfo.InvariantCulture),
        },
    });

    private static void AssertWrong(Reply reply) =>
        Expect.Error(reply, "invalid_client", HttpStatusCode.Unauthorized);

    private static void AssertLimited(Reply reply, int limit = GuardedServer.Guesses)
    {
        Expect.Error(reply, "too_many_requests", HttpStatusCode.TooManyRequests);
        var told = reply.Headers.GetValues("RateLimit-Limit").Single();
        Assert.Equal(limit.ToString(CultureInfo.InvariantCulture), told);
        Assert.Equal("0", reply.Headers.GetValues("RateLimit-Remaining").Single());
        var wait = reply.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
        // The rest of the window, which began with the first guess: fifty slow ones take minutes on a busy machine.
        Assert.InRange(wait, 600, 900);
        Assert.Equal(wait.ToString(CultureInfo.InvariantCulture), reply.Headers.GetValues("RateLimit-Reset").Single());
    }

    private AuthorizationAsk Ask => AuthorizationAsk.For(Client, TestData.WebRedirectUri);

    private Task<int> AddClientAsync() => _server.Database.ExecuteAsync(
        """
        INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, default_scopes)
        VALUES ($1, $2, 'Guessed', '{https://c.example/cb}', '{read}', '{read}')
        """,
        Client, TestData.SecretHash);

    private async Task GuessUntilLimitedAsync(TestServer server, int addresses)
    {
        for (var i = 1; i <= Tries; i++)
        {
            var reply = await GuessAsync(server, $"guess-{i}", i % addresses);
            if (reply.Status != HttpStatusCode.Unauthorized)
            {
                AssertLimited(reply);
                AssertLimited(await GuessAsync(server, $"guess-{i + 1}", (i + 1) % addresses));
                return;
            }
        }

        Assert.Fail($"{Tries} guesses were judged.");
    }

    private Task<Reply> GuessAsync(
        TestServer server, string secret, int address, string? code = null, string? client = null)
    {
        var form = $"grant_type=authorization_code&code={code ?? "unknown"}&code_verifier={AuthorizationAsk.Verifier}"
            + $"&client_id={client ?? Client}&client_secret={secret}";
        return server.PostRawAsync("/oauth/token", form, headers: ("X-Forwarded-For", $"198.18.{_own}.{address}"));
    }

    private async Task<string> CodeOfBobAsync()
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync(TestData.OtherEmail);
        return (await browser.AuthorizeAsync(Ask)).Code!;
    }

    private Task<long> UsedUpAsync(string reason) => _server.Database.ScalarAsync<long>(
        "SELECT count(*) FROM oauth_audit_events WHERE event = 'budget_used_up' AND reason = $1 AND client_id = $2",
        reason, Client);
}
