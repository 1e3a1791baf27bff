using System.Net;
using OAuthServer.Operators.Doctor;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>Budgets, cross-origin answers and the audit log.</summary>
[JudgesDeployment]
public sealed class OperationsTests(ThriftyServer shared) : IClassFixture<ThriftyServer>
{
    private static int _addresses;

    private readonly TestServer _server = shared.Server;

    // As the trusted proxy tells it: no other test has this one.
    private readonly string _address = $"198.51.100.{Interlocked.Increment(ref _addresses)}";

    [Theory, Row("OPS-01"), Row("OPS-02")]
    [InlineData("/oauth/token", 3)]
    [InlineData("/oauth/refresh", 3)]
    [InlineData("/oauth/revoke", 3)]
    [InlineData("/oauth/authorize", 30)]
    [InlineData("/account/sign-in", 3)]
    [InlineData("/account/password", 3)]
    public async Task A_used_up_budget_answers_in_one_form(string path, int limit)
    {
        for (var i = 0; i < limit; i++) Assert.NotEqual(HttpStatusCode.TooManyRequests, (await GuessAsync(path)).Status);
        var refused = await GuessAsync(path);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.StartsWith("application/json", refused.ContentType, StringComparison.Ordinal);
        Assert.Equal("too_many_requests", refused.Error);
        Assert.True(refused.Headers.CacheControl!.NoStore);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 900);
        Assert.Equal((limit.ToString(System.Globalization.CultureInfo.InvariantCulture), "0"), (Header(refused, "RateLimit-Limit"), Header(refused, "RateLimit-Remaining")));
        Assert.NotNull(Header(refused, "RateLimit-Reset"));
    }

    [Theory, Row("OPS-03")]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("True-Client-IP")]
    public async Task A_forged_address_is_the_same_bucket(string header)
    {
        for (var i = 0; i < 3; i++) await _server.PostRawAsync("/oauth/token", "grant_type=x&client_id=x&client_secret=y", headers: Headers(header, i));
        // The proxy puts the true peer at the right end; whatever stands before it was written by the client.
        Assert.Equal(HttpStatusCode.TooManyRequests, (await _server.PostRawAsync("/oauth/token", "grant_type=x", headers: Headers(header, 9))).Status);
    }

    [Theory, Row("OPS-04")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/revoke")]
    public async Task Registered_origins_may_read_every_answer_and_others_none(string path)
    {
        var registered = await _server.PostRawAsync(path, "x=%", headers: [("Origin", "https://spa.example"), ("X-Forwarded-For", _address)]);
        Assert.Equal(HttpStatusCode.BadRequest, registered.Status);
        Assert.Equal("https://spa.example", Header(registered, "Access-Control-Allow-Origin"));
        Assert.Contains("RateLimit-Remaining", Header(registered, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.Null(Header(registered, "Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", Header(registered, "Vary"), StringComparison.Ordinal);
        foreach (var origin in (string[])["https://evil.example", "null", "https://spa.example.evil.example", "http://spa.example", "https://SPA.example"])
        {
            var other = await _server.PostRawAsync(path, "x=%", headers: [("Origin", origin), ("X-Forwarded-For", _address)]);
            Assert.DoesNotContain(other.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.Ordinal));
            Assert.Contains("Origin", Header(other, "Vary"), StringComparison.Ordinal);
        }
    }

    [Fact, Row("OPS-05")]
    public async Task Every_step_leaves_one_audit_row_with_the_id_of_its_answer()
    {
        var before = await _server.Database.ScalarAsync<long>("SELECT coalesce(max(id), 0) FROM oauth_audit_events");
        using var browser = new TestBrowser(_server);
        using (await browser.TypePasswordAsync(await browser.GetAsync("/account/sign-in"), password: "wrong-demo-password")) { }
        var code = (await browser.AuthorizeAsync(new AuthorizationAsk())).Code;
        Assert.Equal("access_denied", (await browser.AuthorizeAsync(AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri), "deny")).Error);
        var tokens = await _server.RedeemAsync(code);
        var refreshed = await _server.RefreshAsync(tokens.RefreshToken);
        await _server.RevokeAsync(refreshed.RefreshToken);
        var refused = await _server.PostRawAsync("/oauth/token", "grant_type=refresh_token&client_id=demo-web&client_secret=wrong", headers: ("traceparent", "00-11111111111111111111111111111111-2222222222222222-01"));

        var rows = await _server.Database.QueryAsync("SELECT event, reason, client_id, user_id, address, correlation_id FROM oauth_audit_events WHERE id > $1 ORDER BY id", before);
        foreach (var (name, reason) in (IEnumerable<(string, string?)>)
            [("sign_in", "wrong_password"), ("sign_in", null), ("consent", null), ("code_issued", null), ("consent", "access_denied"), ("code_redeemed", null), ("refresh_token_rotated", null), ("token_revoked", null), ("client_refused", "client_secret_wrong")])
        {
            var row = Assert.Single(rows, row => (string)row["event"]! == name && (string?)row["reason"] == reason);
            Assert.NotNull(row["address"]);
            Assert.NotNull(row["correlation_id"]);
            Assert.True(row["client_id"] is not null || row["user_id"] is not null, name);
        }

        Assert.Equal(Header(tokens, "X-Correlation-Id"), rows.Single(row => (string)row["event"]! == "code_redeemed")["correlation_id"]);
        Assert.Equal(Header(refused, "X-Correlation-Id"), rows.Single(row => (string)row["event"]! == "client_refused")["correlation_id"]);
    }

    private static string? Header(Reply reply, string name) => reply.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private (string, string)[] Headers(string header, int i) => header == "X-Forwarded-For"
        ? [(header, $"203.0.113.{i}, {_address}")]
        : [(header, header == "Forwarded" ? $"for=203.0.113.{i}" : $"203.0.113.{i}"), ("X-Forwarded-For", _address)];

    private Task<Reply> GuessAsync(string path) =>
        _server.PostRawAsync(path, "client_id=unknown&client_secret=guess&token=x&grant_type=refresh_token", headers: ("X-Forwarded-For", _address));
}
