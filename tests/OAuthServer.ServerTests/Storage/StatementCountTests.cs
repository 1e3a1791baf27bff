using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Clients;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>
/// The hot paths cost one statement each, a revocation two, an assertion one more, and none is for a client that is
/// warm.
/// </summary>
public sealed class StatementCountTests(SignedInServer flow) : IClassFixture<SignedInServer>
{
    private const int Operations = 10;

    [Fact]
    public async Task A_warm_code_exchange_is_one_statement()
    {
        var codes = new Queue<string>();
        for (var i = 0; i <= Operations; i++) codes.Enqueue(await flow.CodeAsync());

        await AssertStatementsEachAsync(
            1,
            async () => Assert.Equal(
                HttpStatusCode.OK,
                (await flow.Server.RedeemAsync(codes.Dequeue(), redirectUri: TestData.WebRedirectUri)).Status));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"userinfo": {"name": null}, "id_token": {"email": null}}""")]
    public async Task With_an_ID_token_it_is_one_too_and_so_is_its_refresh_and_a_question_about_the_person(
        string? claims)
    {
        var ask = OpenIdAsks.For("openid profile email read").With("claims", claims);
        var codes = new Queue<string>();
        for (var i = 0; i <= Operations; i++) codes.Enqueue(await flow.CodeAsync(ask));
        Reply? last = null;
        await AssertStatementsEachAsync(1, async () =>
            Assert.NotNull((last = await flow.Server.RedeemAsync(codes.Dequeue(), OpenIdAsks.Client)).IdToken()));

        await AssertStatementsEachAsync(1, async () =>
            Assert.NotNull((last = await flow.Server.RefreshAsync(last!.RefreshToken, OpenIdAsks.Client)).IdToken()));

        await AssertStatementsEachAsync(
            1,
            async () => Assert.Equal(HttpStatusCode.OK, (await flow.Server.UserInfoAsync(last!.AccessToken)).Status));
    }

    [Fact]
    public async Task A_revocation_is_two_statements_however_often_the_session_was_refreshed()
    {
        var sessions = new Queue<string?>();
        for (var i = 0; i <= Operations; i++)
        {
            var tokens = await flow.TokensAsync();
            for (var refreshes = 0; refreshes < i; refreshes++)
                tokens = await flow.Server.RefreshAsync(tokens.RefreshToken);
            sessions.Enqueue(tokens.RefreshToken);
        }

        await AssertStatementsEachAsync(
            2, async () => Assert.Equal(HttpStatusCode.OK, (await flow.Server.RevokeAsync(sessions.Dequeue())).Status));
    }

    [Fact]
    public async Task A_warm_refresh_is_one_statement()
    {
        var refreshToken = (await flow.TokensAsync()).RefreshToken;

        await AssertStatementsEachAsync(1, async () =>
        {
            var reply = await flow.Server.RefreshAsync(refreshToken);
            Assert.Equal(HttpStatusCode.OK, reply.Status);
            refreshToken = reply.RefreshToken;
        });
    }

    /// <summary>
    /// The second one uses the assertion up; docs/decisions/032-an-assertion-is-used-by-a-statement-of-its-own.md.
    /// </summary>
    [Fact]
    public async Task A_warm_refresh_by_an_assertion_is_two_statements()
    {
        using var key = AppKey.Create();
        await flow.Database.AddKeyClientAsync("counted", key.Jwks);
        var code = await flow.CodeAsync(AuthorizationAsk.For("counted", AppKeyRequests.RedirectUri));
        var refreshToken = (await flow.Server.RedeemByAsync(code, key.Assertion("counted"))).RefreshToken;

        await AssertStatementsEachAsync(2, async () =>
        {
            var reply = await flow.Server.RefreshByAsync(refreshToken, key.Assertion("counted"));
            Assert.Equal(HttpStatusCode.OK, reply.Status);
            refreshToken = reply.RefreshToken;
        });
    }

    [Fact]
    public async Task A_warm_client_gets_a_token_of_its_own_by_one_statement()
    {
        await flow.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, grant_types)
            VALUES ('counted-service', $1, 'A service', '{}', '{read}', '{client_credentials}')
            """,
            TestData.SecretHash);

        await AssertStatementsEachAsync(1, async () => Assert.Equal(HttpStatusCode.OK, (await flow.Server.PostFormAsync(
            "/oauth/token", ("grant_type", "client_credentials"), ("scope", "read"),
            ("client_id", "counted-service"), ("client_secret", TestData.Secret))).Status));
    }

    [Fact]
    public async Task An_authorization_with_a_live_session_and_remembered_consent_is_one_statement() =>
        await AssertStatementsEachAsync(1, async () =>
        {
            using var answer = await flow.Browser.GetAsync(new AuthorizationAsk().Path);
            Assert.Contains("code=", answer.Headers.Location!.Query, StringComparison.Ordinal);
        });

    // What a change brings about that was made a moment ago may fall into a count, and only adds to it: the least of a
    // few is what the operation costs.
    private async Task AssertStatementsEachAsync(int expected, Func<Task> operation)
    {
        var counted = await CountAsync(expected, operation);
        for (var more = 0; more < 4 && counted is not null; more++) counted = await CountAsync(expected, operation);
        Assert.Null(counted);
    }

    // Counting resets a connection of the test's own pool, which is a statement too: it is measured and taken off. Null
    // when it is as expected, else what ran.
    private async Task<string?> CountAsync(int expected, Func<Task> operation)
    {
        flow.Server.Services.GetRequiredService<ClientDirectory>().DropAll();
        await flow.Server.Services.GetRequiredService<ResourceDirectory>()
            .ReadAnewAsync(TestContext.Current.CancellationToken);
        await operation();
        var start = await flow.Database.StatementCountAsync();
        var before = await flow.Database.StatementCountAsync();
        var overhead = before - start;
        var ran = await RanAsync();
        before = await flow.Database.StatementCountAsync();
        for (var i = 0; i < Operations; i++) await operation();
        var after = await flow.Database.StatementCountAsync();

        return after - before - overhead == expected * Operations
            ? null
            : $"{after - before - overhead} statements for {Operations} operations: {await ChangedAsync(ran)}";
    }

    private async Task<Dictionary<string, long>> RanAsync() =>
        (await flow.Database.QueryAsync(
            "SELECT query, sum(calls)::bigint AS calls FROM pg_stat_statements WHERE dbid = (SELECT oid "
                + "FROM pg_database WHERE datname = current_database()) GROUP BY query"))
        .ToDictionary(row => (string)row["query"]!, row => (long)row["calls"]!);

    private async Task<string> ChangedAsync(Dictionary<string, long> before) =>
        string.Join("; ", (await RanAsync()).Where(now => now.Value != before.GetValueOrDefault(now.Key)).Select(
            now => $"{now.Value - before.GetValueOrDefault(now.Key)} x {now.Key}"));
}
