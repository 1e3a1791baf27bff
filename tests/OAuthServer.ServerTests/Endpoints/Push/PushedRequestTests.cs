using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Push;

/// <summary>What the endpoint for pushed requests answers (RFC 9126 §2).</summary>
public sealed class PushedRequestTests(OwnServer own) : IClassFixture<OwnServer>
{
    private readonly TestServer _server = own.Server;

    [Fact, Row("PAR-01")]
    public async Task A_good_request_gets_a_reference_for_a_short_while()
    {
        var first = await _server.PushAsync(new AuthorizationAsk());
        var second = await _server.PushAsync(new AuthorizationAsk());

        Assert.Equal(HttpStatusCode.Created, first.Status);
        Expect.UncacheableJson(first);
        Assert.Equal(
            ["expires_in", "request_uri"],
            first.Json!.Value.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        var (uri, other) = (first.RequestUri(), second.RequestUri());
        Assert.StartsWith("urn:ietf:params:oauth:request_uri:", uri, StringComparison.Ordinal);
        // 128 bits or more in base64url.
        Assert.True(uri.Split(':')[^1].Length >= 22);
        Assert.NotEqual(uri, other);
        Assert.Equal(90, first.Json!.Value.GetProperty("expires_in").GetInt64());
    }

    [Fact, Row("PAR-01")]
    public async Task The_reference_is_stored_as_a_hash_and_the_secret_not_at_all()
    {
        var uri = (await _server.PushAsync(new AuthorizationAsk().With("state", "of-this-test"))).RequestUri();

        var row = Assert.Single(await own.Database.QueryAsync(
            "SELECT to_jsonb(r)::text AS row FROM oauth_pushed_requests r WHERE parameters LIKE '%of-this-test%'"));
        Assert.DoesNotContain(uri.Split(':')[^1], (string)row["row"]!, StringComparison.Ordinal);
        Assert.DoesNotContain(TestData.Secret, (string)row["row"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("client_secret", (string)row["row"]!, StringComparison.Ordinal);
    }

    [Theory, Row("PAR-02")]
    [InlineData("a wrong secret")]
    [InlineData(null)]
    public async Task A_confidential_client_has_to_show_who_it_is(string? secret)
    {
        var reply = await _server.PostFormAsync(
            "/oauth/par", [.. new AuthorizationAsk().Pairs(), ("client_secret", secret)]);

        reply.IsUnauthorized();
    }

    [Fact, Row("PAR-02")]
    public async Task A_public_client_is_known_by_its_id_and_a_confidential_one_by_Basic()
    {
        var spa = AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri);
        Assert.Equal(HttpStatusCode.Created, (await _server.PostFormAsync("/oauth/par", spa.Pairs())).Status);
        (await _server.PostFormAsync("/oauth/par", [.. spa.Pairs(), ("client_secret", "any")])).IsUnauthorized();
        (await _server.PostFormAsync(
            "/oauth/par", [.. new AuthorizationAsk().With("client_id", null).Pairs()])).IsUnauthorized();

        var basic = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"{TestData.Web}:{TestData.Secret}"));
        var asked = new AuthorizationAsk().With("client_id", null).Path.Split('?')[1];
        var reply = await _server.PostRawAsync("/oauth/par", asked, headers: ("Authorization", $"Basic {basic}"));
        Assert.Equal(HttpStatusCode.Created, reply.Status);
    }

    [Theory, Row("PAR-03")]
    [InlineData("urn:ietf:params:oauth:request_uri:x")]
    [InlineData("https://c.example/request.jwt")]
    public async Task A_request_uri_is_not_pushed(string uri) =>
        Expect.Error(await _server.PushAsync(new AuthorizationAsk().With("request_uri", uri)), "invalid_request");

    [Theory, Row("PAR-04")]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("scope", "no-such-scope", "invalid_scope")]
    [InlineData("scope", "re\"ad", "invalid_scope")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "too-short", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("prompt", "no-such-prompt", "invalid_request")]
    [InlineData("state", "é", "invalid_request")]
    [InlineData("request", "e30.e30.", "request_not_supported")]
    [InlineData("redirect_uri", "https://evil.example/cb", "invalid_request")]
    [InlineData("redirect_uri", TestData.OtherWebRedirectUri, "invalid_request")]
    [InlineData("redirect_uri", "not a URI", "invalid_request")]
    public async Task Everything_is_judged_when_it_is_pushed(string name, string? value, string error)
    {
        var before = await own.Database.CountAsync("oauth_pushed_requests");

        Expect.Error(await _server.PushAsync(new AuthorizationAsk().With(name, value)), error);

        Assert.Equal(before, await own.Database.CountAsync("oauth_pushed_requests"));
    }

    [Theory, Row("PAR-04")]
    [InlineData("state")]
    [InlineData("redirect_uri")]
    [InlineData("client_id")]
    [InlineData("code_challenge")]
    public async Task A_parameter_that_occurs_twice_is_refused(string name)
    {
        var ask = new AuthorizationAsk().With("state", "x");

        Expect.Error(
            await _server.PushAsync(ask.Adding(name, ask.Pairs().First(p => p.Name == name).Value!)),
            "invalid_request");
    }

    [Fact, Row("PAR-04")]
    public async Task A_client_without_the_code_grant_is_not_authorized()
    {
        await own.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, grant_types)
            VALUES ('refresh-only', $1, 'A', '{https://r.example/cb}', '{read}', '{refresh_token}')
            """,
            TestData.SecretHash);

        var ask = AuthorizationAsk.For("refresh-only", "https://r.example/cb");
        Expect.Error(await _server.PushAsync(ask), "unauthorized_client");
    }

    [Fact, Row("PAR-12")]
    public async Task What_stock_handlers_push_is_accepted_and_comes_back_unchanged()
    {
        var state = string.Concat(Enumerable.Range(0, 400).Select(i => $"{i:0000}-abcd~"));
        var reply = await _server.PushAsync(
            new AuthorizationAsk()
                .With("state", state)
                .With("x-client-SKU", "ID_NET10_0")
                .With("x-client-ver", "8.23.0.0"));
        using var browser = new TestBrowser(_server);

        var answer = await browser.VisitAsync(reply.RequestUri());

        Expect.Code(answer, TestData.WebRedirectUri, state);
        (await _server.RedeemAsync(answer.Code)).IsTokens();
    }

    [Fact]
    public async Task What_was_pushed_and_what_was_refused_are_in_the_audit_log()
    {
        await _server.PushAsync(new AuthorizationAsk());
        await _server.PushAsync(new AuthorizationAsk().With("scope", "no-such-scope"));

        Assert.Equal(1L, await own.Database.ScalarAsync<long>(
            """
            SELECT count(DISTINCT event) FROM oauth_audit_events
            WHERE event = 'request_pushed' AND client_id = $1 AND reason IS NULL AND correlation_id IS NOT NULL
            """,
            TestData.Web));
        Assert.Equal(1L, await own.Database.ScalarAsync<long>(
            "SELECT count(DISTINCT event) FROM oauth_audit_events WHERE event = 'push_refused' "
                + "AND reason = 'scope_not_allowed'"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    public async Task It_takes_a_POST_alone(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/oauth/par", UriKind.Relative));
        using var answer = await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
    }
}
