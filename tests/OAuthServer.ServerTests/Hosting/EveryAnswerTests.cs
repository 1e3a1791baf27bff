using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using OAuthServer.Protocol;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>GEN-01, and what every answer carries.</summary>
public partial class EveryAnswerTests
{
    private static readonly Dictionary<string, string?> Trusted =
        new() { ["ForwardedHeaders:KnownProxies:0"] = "127.0.0.1" };

    [Theory]
    [InlineData("/oauth/token", 200)]
    [InlineData("/oauth/token?status=401", 401)]
    [InlineData("/oauth/token?throw=bug", 500)]
    [InlineData("/nowhere", 404)]
    public async Task Every_answer_has_its_headers_and_an_id(string path, int status)
    {
        await using var host = await ProtectedHost.StartAsync(faults: (_, _) => new InvalidOperationException());

        using var answer = await host.PostAsync(path);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", answer.Header("Referrer-Policy"));
        Assert.Null(answer.Header("Server"));
        Assert.Null(answer.Header("Strict-Transport-Security"));
        Assert.Matches(HexId, answer.Header("X-Correlation-Id"));
    }

    [Fact]
    public async Task The_id_is_new_each_time_and_never_the_callers()
    {
        const string chosen = "0af7651916cd43dd8448eb211c80319c";
        await using var host = await ProtectedHost.StartAsync();
        (string, string)[] hostile =
        [
            ("traceparent", $"00-{chosen}-b7ad6b7169203331-01"),
            ("X-Correlation-Id", chosen),
            ("X-Request-Id", chosen),
        ];

        using var one = await host.GetAsync("/health/live", hostile);
        using var two = await host.GetAsync("/health/live", hostile);

        Assert.Matches(HexId, one.Header("X-Correlation-Id"));
        Assert.NotEqual(chosen, one.Header("X-Correlation-Id"));
        Assert.NotEqual(one.Header("X-Correlation-Id"), two.Header("X-Correlation-Id"));
    }

    [Theory]
    [InlineData("GET", "/oauth/authorize")]
    [InlineData("POST", "/oauth/token")]
    [InlineData("GET", "/health/live/more")]
    public async Task Plain_http_is_refused_and_never_redirected(string method, string path)
    {
        await using var host = await ProtectedHost.StartAsync(issuer: "https://as.example");

        using var answer = await host.SendAsync(new HttpMethod(method), path);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        const string refused = "{\"error\":\"invalid_request\",\"error_description\":\"";
        Assert.StartsWith(refused, await answer.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(("no-store", null), (answer.Header("Cache-Control"), answer.Header("Location")));
    }

    [Fact]
    public async Task A_stranger_cannot_claim_https()
    {
        await using var host = await ProtectedHost.StartAsync(issuer: "https://as.example");

        using var answer = await host.PostAsync("/oauth/token", ("X-Forwarded-Proto", "https"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Https_told_by_a_trusted_proxy_is_served_with_strict_transport_security()
    {
        await using var host = await ProtectedHost.StartAsync(Trusted, "https://as.example");

        using var answer = await host.PostAsync(
            "/oauth/token", ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.9"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("max-age=31536000", answer.Header("Strict-Transport-Security"));
    }

    /// <summary>Of its own host a server may speak, where no other server of that host can be.</summary>
    [Theory]
    [InlineData("https://as.example", "max-age=31536000")]
    [InlineData("https://as.example:443", "max-age=31536000")]
    [InlineData("https://login.as.example/tenant1", "max-age=31536000")]
    [InlineData("https://as.example:8443", null)]
    [InlineData("https://as.example:5080/tenant1", null)]
    [InlineData("https://localhost", null)]
    [InlineData("https://127.0.0.1", null)]
    [InlineData("https://[::1]", null)]
    [InlineData("http://localhost:5080", null)]
    public async Task Strict_transport_security_is_for_the_issuers_host_at_the_default_port(string issuer, string? said)
    {
        await using var host = await ProtectedHost.StartAsync(Trusted, issuer);

        foreach (var name in (string[])["as.example", "other.example", "10.0.3.17:8080"])
        {
            using var answer = await host.PostAsync("/oauth/token", ("X-Forwarded-Proto", "https"), ("Host", name));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(said, answer.Header("Strict-Transport-Security"));
        }
    }

    /// <summary>AllowedHosts, what a request says, and whether it is answered; a probe always is.</summary>
    [Theory]
    [InlineData(null, "evil.example", true)]
    [InlineData("*", "evil.example", true)]
    [InlineData("other.example", "as.example", true)]
    [InlineData("other.example", "AS.example:8080", true)]
    [InlineData("other.example", "other.example", true)]
    [InlineData("a.example; *.b.example", "x.b.example", true)]
    [InlineData("as.example", "evil.example", false)]
    [InlineData("as.example", "10.0.3.17:8080", false)]
    [InlineData("as.example", "[fd00::17]:8080", false)]
    [InlineData("as.example", "oauth-7d9f-x2x4", false)]
    [InlineData("as.example", "as.example.evil.example", false)]
    public async Task A_list_of_hosts_is_not_for_probes(string? allowed, string name, bool answered)
    {
        await using var host = await ProtectedHost.StartAsync(
            new(Trusted) { ["AllowedHosts"] = allowed }, "https://as.example");

        using var token = await host.PostAsync("/oauth/token", ("X-Forwarded-Proto", "https"), ("Host", name));
        Assert.Equal(answered ? HttpStatusCode.OK : HttpStatusCode.BadRequest, token.StatusCode);
        Assert.Matches(HexId, token.Header("X-Correlation-Id"));
        foreach (var probe in Routes.Probes.Append("/health/live/").Append("/Health/Ready"))
        {
            using var answer = await host.GetAsync(probe, ("Host", name));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("GET /health/live HTTP/1.0\r\n\r\n")]
    [InlineData("GET /health/ready HTTP/1.0\r\n\r\n")]
    [InlineData("GET /health/live HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /health/documents HTTP/1.0\r\nUser-Agent: ELB-HealthChecker/2.0\r\n\r\n")]
    public async Task A_probe_without_a_host_is_answered(string request)
    {
        await using var host = await ProtectedHost.StartAsync(
            new() { ["AllowedHosts"] = "as.example" }, "https://as.example");
        using var tcp = new TcpClient();
        var ct = TestContext.Current.CancellationToken;
        await tcp.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port, ct);
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), ct);
        using var reader = new StreamReader(tcp.GetStream());
        Assert.StartsWith("HTTP/1.1 200", await reader.ReadLineAsync(ct), StringComparison.Ordinal);
    }

    public static TheoryData<string> Probes => [.. Routes.Probes];

    [Theory]
    [MemberData(nameof(Probes))]
    public async Task Probes_are_answered_over_plain_http(string path)
    {
        await using var host = await ProtectedHost.StartAsync(issuer: "https://as.example");

        using var answer = await host.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [GeneratedRegex("^[0-9a-f]{32}$")]
    private static partial Regex HexId { get; }
}
