using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>What scripts of registered origins may read, and scripts of others may not (OPS-04).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class ClientOriginTests(SharedServer tokens)
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

    [Theory, Row("OPS-04")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/revoke")]
    public async Task Registered_origins_may_read_every_answer_and_others_none(string path)
    {
        var registered = await tokens.Server.PostRawAsync(path, "x=%", headers: ("Origin", "https://spa.example"));
        Assert.Equal(HttpStatusCode.BadRequest, registered.Status);
        Assert.Equal("https://spa.example", HeaderOf(registered, "Access-Control-Allow-Origin"));
        Assert.Contains("RateLimit-Remaining", HeaderOf(registered, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.Null(HeaderOf(registered, "Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", HeaderOf(registered, "Vary"), StringComparison.Ordinal);
        foreach (var origin in (string[])["https://evil.example", "null", "https://spa.example.evil.example", "http://spa.example", "https://SPA.example"])
        {
            var other = await tokens.Server.PostRawAsync(path, "x=%", headers: ("Origin", origin));
            Assert.DoesNotContain(other.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.Ordinal));
            Assert.Contains("Origin", HeaderOf(other, "Vary"), StringComparison.Ordinal);
        }
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static string? HeaderOf(Reply reply, string name) => reply.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private async Task<HttpResponseMessage> PreflightAsync(string path, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "POST");
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", "authorization,content-type,dpop");
        return await tokens.Server.Http.SendAsync(request, Ct);
    }
}
