using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>What scripts of registered origins may read, and scripts of others may not (OPS-04).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class ClientOriginTests(SharedServer tokens)
{
    private static readonly string[] Others =
        ["https://evil.example", "null", "https://spa.example.evil.example", "http://spa.example"];

    private static readonly string[] Sent =
        ["authorization", "content-type", "dpop", "traceparent", "tracestate", "baggage", "mcp-protocol-version"];

    private static readonly string[] Readable =
        ["WWW-Authenticate", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "DPoP-Nonce"];

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
        var headers = Header(allowed, "Access-Control-Allow-Headers");
        foreach (var header in Sent)
            Assert.Contains(header, headers, StringComparison.OrdinalIgnoreCase);
        Assert.Null(Header(allowed, "Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", Header(allowed, "Vary"), StringComparison.Ordinal);

        foreach (var origin in Others.Append("https://spa.example:8443"))
        {
            using var refused = await PreflightAsync(path, origin);
            Assert.DoesNotContain(refused.Headers, IsForOrigins);
        }
    }

    [Theory]
    [Row("OPS-04")]
    [MemberData(nameof(FormEndpoints))]
    public async Task A_registered_origin_may_read_success_and_every_header_that_tells_it_what_to_do(string path)
    {
        var ask = AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri);
        var token = (await tokens.TokensAsync(ask, TestData.Spa)).RefreshToken;
        var body = path == "/oauth/revoke" ? $"token={token}" : $"grant_type=refresh_token&refresh_token={token}";
        (string Client, HttpStatusCode Status)[] asked =
        [
            ("&client_id=demo-spa", HttpStatusCode.OK),
            ("&client_id=nobody&client_secret=x", HttpStatusCode.Unauthorized),
        ];
        foreach (var (client, status) in asked)
        {
            var reply = await tokens.Server.PostRawAsync(
                path, body + client, headers: ("Origin", "https://spa.example"));
            Assert.Equal(status, reply.Status);
            Assert.Equal(["https://spa.example"], reply.Headers.GetValues("Access-Control-Allow-Origin"));
            var exposed = string.Join(',', reply.Headers.GetValues("Access-Control-Expose-Headers"));
            foreach (var header in Readable) Assert.Contains(header, exposed, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory, Row("OPS-04")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/revoke")]
    public async Task Registered_origins_may_read_every_answer_and_others_none(string path)
    {
        var registered = await tokens.Server.PostRawAsync(path, "x=%", headers: ("Origin", "https://spa.example"));
        Assert.Equal(HttpStatusCode.BadRequest, registered.Status);
        Assert.Equal("https://spa.example", HeaderOf(registered, "Access-Control-Allow-Origin"));
        var exposed = HeaderOf(registered, "Access-Control-Expose-Headers");
        Assert.Contains("RateLimit-Remaining", exposed, StringComparison.Ordinal);
        Assert.Null(HeaderOf(registered, "Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", HeaderOf(registered, "Vary"), StringComparison.Ordinal);
        foreach (var origin in Others.Append("https://SPA.example"))
        {
            var other = await tokens.Server.PostRawAsync(path, "x=%", headers: ("Origin", origin));
            Assert.DoesNotContain(other.Headers, IsForOrigins);
            Assert.Contains("Origin", HeaderOf(other, "Vary"), StringComparison.Ordinal);
        }
    }

    private static bool IsForOrigins(KeyValuePair<string, IEnumerable<string>> header) =>
        header.Key.StartsWith("Access-Control-", StringComparison.Ordinal);

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static string? HeaderOf(Reply reply, string name) =>
        reply.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private async Task<HttpResponseMessage> PreflightAsync(string path, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "POST");
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", "authorization,content-type,dpop");
        return await tokens.Server.Http.SendAsync(request, Ct);
    }
}
