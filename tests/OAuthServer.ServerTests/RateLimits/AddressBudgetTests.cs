using System.Globalization;
using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.RateLimits;

/// <summary>What an address may ask for, and whose address it is (OPS-01 to OPS-03).</summary>
[JudgesDeployment]
public sealed class AddressBudgetTests(ThriftyServer shared) : IClassFixture<ThriftyServer>
{
    private static int _addresses;

    private readonly TestServer _server = shared.Server;

    // As the trusted proxy tells it: no other test has this one.
    private readonly string _address = $"198.51.100.{Interlocked.Increment(ref _addresses)}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, Row("OPS-01"), Row("OPS-02")]
    [InlineData("/oauth/token", 3)]
    [InlineData("/oauth/refresh", 3)]
    [InlineData("/oauth/revoke", 3)]
    [InlineData("/oauth/authorize", 30)]
    [InlineData("/account/sign-in", 3)]
    [InlineData("/account/password", 3)]
    public async Task A_used_up_budget_answers_in_one_form(string path, int limit)
    {
        for (var i = 0; i < limit; i++)
            Assert.NotEqual(HttpStatusCode.TooManyRequests, (await GuessAsync(path)).Status);
        var refused = await GuessAsync(path);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.StartsWith("application/json", refused.ContentType, StringComparison.Ordinal);
        Assert.Equal("too_many_requests", refused.Error);
        Assert.True(refused.Headers.CacheControl!.NoStore);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 900);
        Assert.Equal(limit.ToString(CultureInfo.InvariantCulture), Header(refused, "RateLimit-Limit"));
        Assert.Equal("0", Header(refused, "RateLimit-Remaining"));
        Assert.NotNull(Header(refused, "RateLimit-Reset"));
    }

    [Theory, Row("OPS-03")]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("True-Client-IP")]
    public async Task A_forged_address_is_the_same_bucket(string header)
    {
        const string form = "grant_type=x&client_id=x&client_secret=y";
        for (var i = 0; i < 3; i++) await _server.PostRawAsync("/oauth/token", form, headers: Headers(header, i));
        // The proxy puts the true peer at the right end; whatever stands before it was written by the client.
        var refused = await _server.PostRawAsync("/oauth/token", "grant_type=x", headers: Headers(header, 9));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
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
            Database = _server.Database,
            Environment = "Development",
            Settings = new Dictionary<string, string?>
            {
                ["OAuth:Issuer"] = "http://localhost:5080",
                ["ForwardedHeaders:KnownProxies:0"] = "192.0.2.1",
                ["RateLimiting:Token:PermitLimit"] = "3",
            },
        });
        using var direct = server.CreateDirectClient();
        for (var i = 0; i <= limit; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/oauth/token", UriKind.Relative));
            request.Content = new FormUrlEncodedContent([new("grant_type", "x")]);
            request.Headers.TryAddWithoutValidation(header, Forged(header, i));
            using var answer = await direct.SendAsync(request, Ct);
            Assert.Equal(i < limit ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests, answer.StatusCode);
        }
    }

    private static string? Header(Reply reply, string name) =>
        reply.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static string Forged(string header, int i) =>
        header == "Forwarded" ? $"for=203.0.113.{i}" : $"203.0.113.{i}";

    private (string, string)[] Headers(string header, int i) => header == "X-Forwarded-For"
        ? [(header, $"203.0.113.{i}, {_address}")]
        : [(header, Forged(header, i)), ("X-Forwarded-For", _address)];

    private Task<Reply> GuessAsync(string path) => _server.PostRawAsync(
        path,
        "client_id=unknown&client_secret=guess&token=x&grant_type=refresh_token",
        headers: ("X-Forwarded-For", _address));
}
