using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Authorize;

/// <summary>The answer to a request whose redirect target cannot be trusted.</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class ErrorPageTests(SharedServer shared)
{
    private static readonly string BadRequest = new AuthorizationAsk().With("client_id", "nobody").Path;

    [Theory]
    [Row("AUTHZ-13")]
    [InlineData("text/html", "text/html")]
    [InlineData("*/*", "text/html")]
    [InlineData(null, "text/html")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html")]
    [InlineData("not a media type", "text/html")]
    [InlineData("application/json", "application/json")]
    [InlineData("text/html;q=0.5, application/json", "application/json")]
    [InlineData("application/json;q=0.4, text/html", "text/html")]
    public async Task An_error_is_a_page_or_json_as_the_sender_prefers(string? accept, string type)
    {
        using var response = await GetAsync(BadRequest, ("Accept", accept));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Accept", response.Headers.Vary);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Contains("invalid_client", (await Reply.ReadAsync(response)).Body, StringComparison.Ordinal);
    }

    [Theory]
    [Row("AUTHZ-14")]
    [InlineData("client_id", "<script>alert(1)</script>")]
    [InlineData("client_id", "\"><img src=x onerror=alert(1)>")]
    [InlineData("redirect_uri", "javascript:alert(1)")]
    [InlineData("redirect_uri", "https://evil.example/?\"><script>alert(1)</script>")]
    [InlineData("redirect_uri", "data:text/html,<script>alert(1)</script>")]
    public async Task The_error_page_is_inert(string name, string value)
    {
        using var response = await GetAsync(new AuthorizationAsk().With(name, value).Path, ("Accept", "text/html"));
        var html = (await Reply.ReadAsync(response)).Body;
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("onerror", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("alert(1)", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<a ", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<form", html, StringComparison.OrdinalIgnoreCase);
        AssertPageHeaders(response);
    }

    [Theory]
    [Row("AUTHZ-15")]
    [InlineData("GET", "https://evil.example")]
    [InlineData("GET", "https://spa.example")]
    [InlineData("GET", "null")]
    [InlineData("POST", "https://spa.example")]
    [InlineData("OPTIONS", "https://evil.example")]
    [InlineData("OPTIONS", "https://spa.example")]
    public async Task No_origin_may_read_this_endpoint(string method, string origin)
    {
        foreach (var path in new[] { AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri).Path, BadRequest })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
            request.Headers.Add("Origin", origin);
            if (method == "OPTIONS") request.Headers.Add("Access-Control-Request-Method", "GET");
            using var response = await shared.Browser.SendAsync(request);
            Assert.DoesNotContain(
                response.Headers, h => h.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        }
    }

    // What rows UI-01 and UI-02 ask of every page.
    private static void AssertPageHeaders(HttpResponseMessage response)
    {
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("base-uri 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("object-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal(["DENY"], response.Headers.GetValues("X-Frame-Options"));
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    private Task<HttpResponseMessage> GetAsync(string path, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        foreach (var (name, value) in headers.Where(h => h.Value is not null))
            request.Headers.TryAddWithoutValidation(name, value);
        return shared.Browser.SendAsync(request);
    }
}
