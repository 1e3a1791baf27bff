using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Revoke;

/// <summary>A right revocation is done whatever its address has used up; reading the list has a budget.</summary>
public sealed class RevocationGoesThroughTests(RevocationGoesThroughTests.StrictServer shared)
    : IClassFixture<RevocationGoesThroughTests.StrictServer>
{
    private const int Limit = 3;

    private static int _addresses;

    private readonly TestServer _server = shared.Server;
    private readonly string _address = $"198.51.101.{Interlocked.Increment(ref _addresses)}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("client_id=unknown&client_secret=guess&token=x")]
    [InlineData("client_id=demo-web&client_secret=wrong&token=x")]
    [InlineData("token=x")]
    [InlineData("client_id=demo-web")]
    [InlineData("\0")]
    public async Task A_used_up_budget_refuses_wrong_requests_alone(string wrong)
    {
        var (one, two) = (await _server.TokensAsync(), await _server.TokensAsync());
        for (var i = 0; i < Limit; i++) Assert.InRange((int)(await RevokeAsync(wrong)).Status, 400, 401);
        var rows = await _server.Database.CountAsync("oauth_audit_events");
        for (var i = 0; i < 5; i++)
        {
            var refused = await RevokeAsync(wrong);
            Assert.Equal((HttpStatusCode.TooManyRequests, "too_many_requests"), (refused.Status, refused.Error));
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 900);
        }

        // That it is used up is one row, however often it is asked.
        Assert.Equal(rows + 1, await _server.Database.CountAsync("oauth_audit_events"));
        foreach (var token in new[] { one.RefreshToken, two.AccessToken })
            (await RevokeAsync($"client_id=demo-web&client_secret={TestData.Secret}&token={token}")).IsDone();
        (await _server.RefreshAsync(one.RefreshToken)).IsError("invalid_grant");
        Assert.True(await _server.IsRevokedAsync(two.AccessToken!));
    }

    [Fact]
    public async Task A_person_takes_access_away_from_an_address_without_any_budget_left()
    {
        var tokens = await _server.TokensAsync();
        using var browser = new TestBrowser(_server);
        Assert.NotNull((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        for (var i = 0; i < 10; i++)
            Assert.NotEqual(HttpStatusCode.OK, (await _server.PostRawAsync("/oauth/revoke", "token=x")).Status);
        using var page = await browser.GetAsync("/account/connections");
        var form = await TestBrowser.FormAsync(page, "/account/connections/withdraw");
        for (var i = 0; i < 10; i++)
        {
            using var answer = await browser.PostAsync(form.Action, form.Fields);
            Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        }

        (await _server.RefreshAsync(tokens.RefreshToken)).IsError("invalid_grant");
    }

    [Fact]
    public async Task Reading_the_list_has_a_budget_of_its_own()
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Database = _server.Database,
            Settings = new Dictionary<string, string?> { ["RateLimiting:Revocations:PermitLimit"] = "4" },
        });
        string[] queries = ["", "?since=", "?since=x", ""];
        foreach (var query in queries) Assert.Equal(HttpStatusCode.OK, (await ReadAsync(server, query)).Status);
        foreach (var query in queries)
        {
            var refused = await ReadAsync(server, query);
            Assert.Equal((HttpStatusCode.TooManyRequests, "too_many_requests"), (refused.Status, refused.Error));
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 900);
        }

        Assert.Equal(HttpStatusCode.OK, (await ReadAsync(server, "", "198.51.102.1")).Status);
        Assert.NotEqual(
            HttpStatusCode.TooManyRequests,
            (await server.PostRawAsync("/oauth/revoke", "token=x", headers: ("X-Forwarded-For", _address))).Status);
    }

    private async Task<Reply> ReadAsync(TestServer server, string query, string? address = null)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri("/oauth/revocations" + query, UriKind.Relative));
        request.Headers.Add("X-Forwarded-For", address ?? _address);
        using var response = await server.Http.SendAsync(request, Ct);
        return await Reply.ReadAsync(response);
    }

    /// <summary>Three refused revocations use an address up.</summary>
    public sealed class StrictServer : OwnServer
    {
        protected override TestServerOptions Options => new()
        {
            Settings = new Dictionary<string, string?> { ["RateLimiting:Revoke:PermitLimit"] = "3" },
        };
    }

    private Task<Reply> RevokeAsync(string body) =>
        _server.PostRawAsync("/oauth/revoke", body, headers: ("X-Forwarded-For", _address));
}
