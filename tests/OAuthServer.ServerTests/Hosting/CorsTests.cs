using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>OPS-04, AUTHZ-15.</summary>
public class CorsTests
{
    private const string Exposed =
        "WWW-Authenticate,Retry-After,RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset,DPoP-Nonce,X-Correlation-Id";

    private const string Allowed =
        "authorization,content-type,dpop,traceparent,tracestate,baggage,mcp-protocol-version";

    [Theory]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/revoke")]
    public async Task A_registered_origin_gets_its_preflight_answered(string path)
    {
        await using var host = await ProtectedHost.StartAsync();

        using var answer = await host.PreflightAsync(path, ProtectedHost.App);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(ProtectedHost.App, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("POST", answer.Header("Access-Control-Allow-Methods"));
        Assert.Equal(Allowed, answer.Header("Access-Control-Allow-Headers"));
        Assert.Equal("600", answer.Header("Access-Control-Max-Age"));
        Assert.Equal("Origin", answer.Header("Vary"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
        Assert.Null(answer.Header("RateLimit-Limit"));
    }

    [Theory]
    [InlineData("content-type,sentry-trace", ",sentry-trace")]
    [InlineData("X-Requested-With, x-datadog-trace-id", ",X-Requested-With,x-datadog-trace-id")]
    [InlineData("AUTHORIZATION", "")]
    [InlineData("b3", ",b3")]
    [InlineData("not a token, b3, x:y", ",b3")]
    [InlineData(",,", "")]
    public async Task A_header_that_nobody_reads_may_be_sent(string asked, string more)
    {
        await using var host = await ProtectedHost.StartAsync();

        using var answer = await host.SendAsync(
            HttpMethod.Options, "/oauth/token", ("Origin", ProtectedHost.App),
            ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", asked));

        Assert.Equal(Allowed + more, answer.Header("Access-Control-Allow-Headers"));
    }

    [Theory]
    [InlineData("GET", "/oauth/token", 405)]
    [InlineData("PUT", "/oauth/revoke", 405)]
    [InlineData("DELETE", "/oauth/refresh", 405)]
    [InlineData("GET", "/oauth/userinfo", 404)]
    [InlineData("POST", "/oauth/register", 404)]
    [InlineData("POST", "/oauth/tokens", 404)]
    public async Task A_registered_origin_may_read_that_nothing_is_served(string method, string path, int status)
    {
        // Where nothing is, a browser gets a page.
        var vary = status == 404 ? "Accept, Origin" : "Origin";
        await using var host = await ProtectedHost.StartAsync();

        using var preflight = await host.PreflightAsync(path, ProtectedHost.App, method);
        using var answer = await host.SendAsync(new(method), path, ("Origin", ProtectedHost.App));
        using var other = await host.SendAsync(new(method), path, ("Origin", "https://evil.example"));

        Assert.True(preflight.IsSuccessStatusCode);
        Assert.Equal(ProtectedHost.App, preflight.Header("Access-Control-Allow-Origin"));
        if (method is "PUT" or "DELETE") Assert.Equal(method, preflight.Header("Access-Control-Allow-Methods"));
        Assert.Equal(status, (int)answer.StatusCode);
        AssertReadable(answer, vary);
        Assert.Equal(status, (int)other.StatusCode);
        Assert.Empty(other.CorsHeaders());
        Assert.Equal(vary, other.Header("Vary"));
    }

    [Theory]
    [InlineData("http://localhost/tenant", "/tenant/oauth/userinfo", ProtectedHost.App)]
    [InlineData("http://localhost/tenant", "/oauth/userinfo", null)]
    [InlineData("http://localhost/tenant", "/.well-known/openid-configuration", "*")]
    [InlineData("http://localhost/tenant", "/tenant/.well-known/openid-configuration", "*")]
    [InlineData("http://localhost", "/.well-known/oauth-authorization-server/mcp", "*")]
    public async Task What_is_beside_our_routes_is_below_the_issuers_path(string issuer, string path, string? allowed)
    {
        await using var host = await ProtectedHost.StartAsync(issuer: issuer);

        using var answer = await host.GetAsync(path, ("Origin", ProtectedHost.App));

        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Equal(allowed, answer.Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("/oauth/token", 200)]
    [InlineData("/oauth/token?status=400", 400)]
    [InlineData("/oauth/token?status=401", 401)]
    [InlineData("/oauth/token?throw=large", 413)]
    [InlineData("/oauth/token?throw=bug", 500)]
    [InlineData("/oauth/token?throw=outage", 503)]
    [InlineData("/oauth/revoke?status=400", 400)]
    public async Task A_registered_origin_may_read_every_answer(string path, int status)
    {
        await using var host = await ProtectedHost.StartAsync(faults: Faults);

        using var answer = await host.PostAsync(path, ("Origin", ProtectedHost.App));

        Assert.Equal(status, (int)answer.StatusCode);
        AssertReadable(answer);
    }

    [Fact]
    public async Task A_registered_origin_may_read_that_it_is_limited()
    {
        await using var host = await ProtectedHost.StartAsync(new() { ["RateLimiting:Token:PermitLimit"] = "1" });
        await host.PostManyAsync("/oauth/token?status=400", 1);

        using var answer = await host.PostAsync("/oauth/token", ("Origin", ProtectedHost.App));

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        AssertReadable(answer);
    }

    [Theory]
    [InlineData("capacitor://localhost")]
    [InlineData("tauri://localhost")]
    [InlineData("http://tauri.localhost")]
    [InlineData("chrome-extension://abcdefghijklmnopabcdefghijklmnop")]
    [InlineData("https://pages.example")]
    public async Task An_origin_that_an_operator_registered_is_like_that_of_a_redirect_uri(string origin)
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var host = await ProtectedHost.StartAsync(database: database);
        using var before = await host.PreflightAsync("/oauth/token", origin);
        Assert.Empty(before.CorsHeaders());

        await database.ExecuteAsync(
            "UPDATE oauth_clients SET app_origins = $1 WHERE client_id = 'demo-spa'", (object)new[] { origin });
        host.Clock.Advance(TimeSpan.FromMinutes(5));

        foreach (var path in (string[])["/oauth/token", "/oauth/refresh", "/oauth/revoke"])
        {
            using var preflight = await host.PreflightAsync(path, origin);
            using var answer = await host.PostAsync(path, ("Origin", origin));
            Assert.Equal(origin, preflight.Header("Access-Control-Allow-Origin"));
            Assert.Equal(origin, answer.Header("Access-Control-Allow-Origin"));
            Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
        }

        foreach (var other in (string[])[origin + "/", origin + ".evil.example", origin.ToUpperInvariant()])
        {
            using var refused = await host.PreflightAsync("/oauth/token", other);
            Assert.Empty(refused.CorsHeaders());
        }
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("https://spa.example/")]
    [InlineData("HTTPS://SPA.EXAMPLE")]
    [InlineData("http://spa.example")]
    [InlineData("https://spa.example.evil.example")]
    public async Task Other_origins_get_nothing(string origin)
    {
        await using var host = await ProtectedHost.StartAsync(faults: Faults);

        using var preflight = await host.PreflightAsync("/oauth/token", origin);
        using var granted = await host.PostAsync("/oauth/token", ("Origin", origin));
        using var failed = await host.PostAsync("/oauth/token?throw=bug", ("Origin", origin));

        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.All(new[] { preflight, granted, failed }, answer =>
        {
            Assert.Empty(answer.CorsHeaders());
            Assert.Equal("Origin", answer.Header("Vary"));
        });
    }

    [Fact]
    public async Task Without_an_origin_an_answer_still_says_that_it_depends_on_one()
    {
        await using var host = await ProtectedHost.StartAsync();

        using var answer = await host.PostAsync("/oauth/token");

        Assert.Empty(answer.CorsHeaders());
        Assert.Equal("Origin", answer.Header("Vary"));
    }

    [Fact]
    public async Task Two_origins_at_once_are_refused_also_when_both_are_registered()
    {
        await using var host = await ProtectedHost.StartAsync();

        var origin = ("Origin", ProtectedHost.App);
        using var answer = await host.PostAsync("/oauth/token", origin, origin);

        Assert.Empty(answer.CorsHeaders());
    }

    [Fact]
    public async Task Anybody_may_read_public_documents()
    {
        await using var host = await ProtectedHost.StartAsync();

        using var preflight = await host.PreflightAsync("/.well-known/jwks.json", "https://any.example", "GET");
        using var answer = await host.GetAsync("/.well-known/jwks.json", ("Origin", "https://any.example"));

        Assert.Equal("*", preflight.Header("Access-Control-Allow-Origin"));
        Assert.Equal("GET", preflight.Header("Access-Control-Allow-Methods"));
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
        Assert.Null(answer.Header("Vary"));
    }

    [Theory]
    [InlineData("/oauth/authorize", ProtectedHost.App)]
    [InlineData("/oauth/authorize", "https://evil.example")]
    [InlineData("/oauth/authorize/nowhere", ProtectedHost.App)]
    [InlineData("/oauth-elsewhere", ProtectedHost.App)]
    [InlineData("/account/nowhere", ProtectedHost.App)]
    [InlineData("/health/live", ProtectedHost.App)]
    [InlineData("/nowhere", ProtectedHost.App)]
    public async Task Every_other_endpoint_has_no_cors_headers(string path, string origin)
    {
        await using var host = await ProtectedHost.StartAsync();

        using var preflight = await host.PreflightAsync(path, origin, "GET");
        using var answer = await host.GetAsync(path, ("Origin", origin));

        Assert.Empty(preflight.CorsHeaders());
        Assert.Empty(answer.CorsHeaders());
        Assert.False(preflight.IsSuccessStatusCode);
    }

    private static void AssertReadable(HttpResponseMessage answer, string vary = "Origin")
    {
        Assert.Equal(ProtectedHost.App, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal(Exposed, answer.Header("Access-Control-Expose-Headers"));
        Assert.Equal(vary, answer.Header("Vary"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
    }

    private static Exception? Faults(Microsoft.AspNetCore.Http.HttpContext context, string name) => name switch
    {
        "large" => new Microsoft.AspNetCore.Http.BadHttpRequestException("too large", 413),
        "outage" => new Npgsql.NpgsqlException("away"),
        _ => new InvalidOperationException(),
    };
}
