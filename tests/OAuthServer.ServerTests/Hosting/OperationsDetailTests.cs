using System.Net;
using OAuthServer.Operators.Doctor;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>Preflights, peers that are no proxy, the audit of reuse, and the published list of what is inactive.</summary>
[JudgesDeployment]
public sealed class OperationsDetailTests(TokenFixture tokens) : IClassFixture<TokenFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> FormEndpoints => ["/oauth/token", "/oauth/refresh", "/oauth/revoke"];

    [Theory]
    [Row("OPS-04")]
    [MemberData(nameof(FormEndpoints))]
    public async Task A_preflight_of_a_registered_origin_is_answered_and_of_no_other(string path)
    {
        var allowed = await PreflightAsync(path, TestData.SpaRedirectUri[..^3]);
        Assert.Equal(TestData.SpaRedirectUri[..^3], Header(allowed, "Access-Control-Allow-Origin"));
        Assert.Contains("POST", Header(allowed, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        foreach (var header in new[] { "authorization", "content-type", "dpop" }) Assert.Contains(header, Header(allowed, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Null(Header(allowed, "Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", Header(allowed, "Vary"), StringComparison.Ordinal);

        foreach (var origin in new[] { "https://evil.example", "null", "https://spa.example.evil.example", "http://spa.example", "https://spa.example:8443" })
        {
            using var refused = await PreflightAsync(path, origin);
            Assert.DoesNotContain(refused.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.Ordinal));
        }
    }

    [Theory]
    [Row("OPS-04")]
    [MemberData(nameof(FormEndpoints))]
    public async Task A_registered_origin_may_read_success_and_every_header_that_tells_it_what_to_do(string path)
    {
        var first = await tokens.TokensAsync(AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri), TestData.Spa);
        var body = path == "/oauth/revoke" ? $"token={first.RefreshToken}" : $"grant_type=refresh_token&refresh_token={first.RefreshToken}";
        foreach (var (sent, status) in new[] { (body + "&client_id=demo-spa", HttpStatusCode.OK), (body + "&client_id=nobody&client_secret=x", HttpStatusCode.Unauthorized) })
        {
            var reply = await tokens.Server.PostRawAsync(path, sent, headers: ("Origin", "https://spa.example"));
            Assert.Equal(status, reply.Status);
            Assert.Equal(["https://spa.example"], reply.Headers.GetValues("Access-Control-Allow-Origin"));
            var exposed = string.Join(',', reply.Headers.GetValues("Access-Control-Expose-Headers"));
            foreach (var header in new[] { "WWW-Authenticate", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "DPoP-Nonce" }) Assert.Contains(header, exposed, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [Row("OPS-03")]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    public async Task A_peer_that_is_no_trusted_proxy_is_one_bucket_whatever_it_writes(string header)
    {
        const int limit = 3;
        await using var server = await TestServer.StartAsync(new()
        {
            Database = tokens.Database,
            Environment = "Development",
            Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = "http://localhost:5080", ["ForwardedHeaders:KnownProxies:0"] = "192.0.2.1", ["RateLimiting:Token:PermitLimit"] = "3" },
        });
        using var direct = server.CreateDirectClient();
        for (var i = 0; i <= limit; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/oauth/token", UriKind.Relative)) { Content = new FormUrlEncodedContent([new("grant_type", "x")]) };
            request.Headers.TryAddWithoutValidation(header, header == "Forwarded" ? $"for=203.0.113.{i}" : $"203.0.113.{i}");
            using var answer = await direct.SendAsync(request, Ct);
            Assert.Equal(i < limit ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests, answer.StatusCode);
        }
    }

    [Fact]
    [Row("OPS-05")]
    public async Task Reuse_of_a_code_and_of_a_refresh_token_leave_one_event_each_with_all_that_names_it()
    {
        var before = await tokens.Database.ScalarAsync<long>("SELECT coalesce(max(id), 0) FROM oauth_audit_events");
        var code = await tokens.CodeAsync();
        var first = (await tokens.Server.RedeemAsync(code)).IsTokens();
        (await tokens.Server.RedeemAsync(code)).IsError("invalid_grant");
        var other = await tokens.TokensAsync();
        var next = (await tokens.Server.RefreshAsync(other.RefreshToken)).IsTokens();
        (await tokens.Server.RefreshAsync(next.RefreshToken)).IsTokens();
        (await tokens.Server.RefreshAsync(other.RefreshToken)).IsError("invalid_grant");
        (await tokens.Server.RevokeAsync(first.AccessToken)).IsDone();

        var rows = await tokens.Database.QueryAsync("SELECT * FROM oauth_audit_events WHERE id > $1", before);
        foreach (var (name, reason) in new[] { ("code_reused", "code_reused"), ("refresh_token_reused", "refresh_token_reused"), ("token_revoked", null) })
        {
            var row = Assert.Single(rows, row => (string)row["event"]! == name);
            Assert.Equal((reason, TestData.Web, TestData.AliceId, "127.0.0.1"), ((string?)row["reason"], (string?)row["client_id"], (Guid?)row["user_id"], (string?)row["address"]));
            Assert.Matches("^[0-9a-f]{32}$", (string?)row["correlation_id"]);
        }

        var written = string.Join('\n', rows.SelectMany(row => row.Values));
        foreach (var secret in new[] { code, first.AccessToken!, first.RefreshToken!, other.RefreshToken!, next.RefreshToken!, next.AccessToken!, TestData.Secret, AuthorizationAsk.Verifier }) Assert.DoesNotContain(secret, written, StringComparison.Ordinal);
    }

    [Fact]
    [Row("REV-01")]
    [Row("REV-02")]
    [Row("REF-02")]
    [Row("CODE-07")]
    public async Task What_is_inactive_is_in_the_list_that_APIs_read()
    {
        var (alive, revoked, ended, reused) = (await tokens.TokensAsync(), await tokens.TokensAsync(), await tokens.TokensAsync(), await tokens.TokensAsync());
        var code = await tokens.CodeAsync();
        var replayed = (await tokens.Server.RedeemAsync(code)).IsTokens();
        (await tokens.Server.RevokeAsync(revoked.AccessToken)).IsDone();
        (await tokens.Server.RevokeAsync(ended.RefreshToken)).IsDone();
        var next = (await tokens.Server.RefreshAsync((await tokens.Server.RefreshAsync(reused.RefreshToken)).IsTokens().RefreshToken)).IsTokens();
        (await tokens.Server.RefreshAsync(reused.RefreshToken)).IsError("invalid_grant");
        (await tokens.Server.RedeemAsync(code)).IsError("invalid_grant");

        foreach (var inactive in new[] { revoked, ended, reused, next, replayed })
            await Eventually.BecomesTrue(async () => await IsListedAsync(inactive), TimeSpan.FromSeconds(5), "the token is listed");
        Assert.False(await IsListedAsync(alive));
        // Revoking one access token leaves its grant alone.
        Assert.False(await IsListedAsync((await tokens.Server.RefreshAsync(revoked.RefreshToken)).IsTokens()));
    }

    [Fact]
    [Row("REV-06")]
    public async Task A_client_that_comes_by_Basic_revokes()
    {
        var first = await tokens.TokensAsync();
        var basic = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"{TestData.Web}:{TestData.Secret}"));

        (await tokens.Server.PostRawAsync("/oauth/revoke", $"token={first.RefreshToken}", headers: ("Authorization", "Basic " + basic))).IsDone();

        (await tokens.Server.RefreshAsync(first.RefreshToken)).IsError("invalid_grant");
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    // An entry is a whole jti, or the part before the dot, which names the grant.
    private async Task<bool> IsListedAsync(Reply reply)
    {
        var jti = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(reply.AccessToken).Id;
        var list = await tokens.Server.Http.GetStringAsync(new Uri("/oauth/revocations", UriKind.Relative), Ct);
        return list.Contains($"\"{jti}\"", StringComparison.Ordinal) || list.Contains($"\"{jti.Split('.')[0]}\"", StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> PreflightAsync(string path, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "POST");
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", "authorization,content-type,dpop");
        return await tokens.Server.Http.SendAsync(request, Ct);
    }
}
