using System.Net;
using System.Text;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Pages;

/// <summary>
/// What a browser gets where no endpoint answers: a page with the headers of every page. Programs get what they always
/// got.
/// </summary>
[Collection(SharedServer.Name)]
public sealed class StatusPageTests(SharedServer shared)
{
    internal const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, Row("UI-01")]
    [InlineData("GET", "/nowhere")]
    [InlineData("HEAD", "/nowhere")]
    [InlineData("POST", "/nowhere")]
    [InlineData("GET", "/")]
    [InlineData("HEAD", "/account/nowhere")]
    [InlineData("GET", "/account/sign-in/more")]
    [InlineData("GET", "/oauth/nowhere")]
    [InlineData("GET", "/.well-known/nothing")]
    [InlineData("GET", "/%E2%80%AE/%3Cscript%3E")]
    public async Task An_address_that_does_not_exist_is_a_page(string method, string path)
    {
        using var answer = await SendAsync(method, path, Browser);

        var html = await AssertPageAsync(answer, HttpStatusCode.NotFound);
        if (method == "HEAD") Assert.Empty(html);
        else Assert.Contains("This page does not exist", html, StringComparison.Ordinal);
        Assert.DoesNotContain("script", html, StringComparison.OrdinalIgnoreCase);
    }

    [Theory, Row("UI-01")]
    [InlineData("GET", "/oauth/authorize/consent", "POST")]
    [InlineData("HEAD", "/oauth/authorize/consent", "POST")]
    [InlineData("GET", "/account/connections/withdraw", "POST")]
    [InlineData("PUT", "/account/sign-in", "GET, HEAD, POST")]
    [InlineData("DELETE", "/account/sign-out", "GET, HEAD, POST")]
    [InlineData("PATCH", "/oauth/authorize", "GET, POST")]
    [InlineData("HEAD", "/oauth/authorize", "GET, POST")]
    public async Task A_page_that_is_not_opened_like_that_is_a_page(string method, string path, string allowed)
    {
        using var answer = await SendAsync(method, path, Browser);

        var html = await AssertPageAsync(answer, HttpStatusCode.MethodNotAllowed);
        Assert.Equal(allowed, string.Join(", ", answer.Content.Headers.Allow.Order(StringComparer.Ordinal)));
        if (method != "HEAD") Assert.Contains("cannot be opened like that", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nowhere", null)]
    [InlineData("/nowhere", "*/*")]
    [InlineData("/nowhere", "application/json")]
    [InlineData("/account/nowhere", "application/json, text/html;q=0.5")]
    [InlineData("/oauth/nowhere", "application/json, text/plain, */*")]
    [InlineData("/favicon.ico", "image/avif,image/webp,image/*,*/*;q=0.8")]
    public async Task Programs_get_a_bare_404(string path, string? accept)
    {
        using var answer = await SendAsync("GET", path, accept);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Null(answer.Content.Headers.ContentType);
        Assert.Empty(await answer.Content.ReadAsStringAsync(Ct));
        Assert.Contains("Accept", answer.Headers.Vary);
    }

    [Theory, Row("GEN-05")]
    [InlineData("GET", "/oauth/token", Browser)]
    [InlineData("GET", "/oauth/refresh", Browser)]
    [InlineData("HEAD", "/oauth/revoke", Browser)]
    [InlineData("POST", "/.well-known/jwks.json", Browser)]
    [InlineData("GET", "/oauth/authorize/consent", "application/json")]
    [InlineData("PUT", "/account/sign-in", null)]
    public async Task Addresses_of_programs_and_programs_get_a_bare_405(string method, string path, string? accept)
    {
        using var answer = await SendAsync(method, path, accept);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.NotEmpty(answer.Content.Headers.Allow);
        Assert.Null(answer.Content.Headers.ContentType);
        Assert.Empty(await answer.Content.ReadAsStringAsync(Ct));
    }

    [Theory, Row("GEN-09")]
    [InlineData("/oauth/authorize", "zz\r\na=b\r\n")]
    [InlineData("/oauth/authorize", "80000000\r\na=b\r\n0\r\n\r\n")]
    [InlineData("/oauth/authorize/consent", "FFFFFFFF\r\na=b\r\n")]
    [InlineData("/account/sign-in", "-1\r\na=b\r\n")]
    [InlineData("/account/password", "80000000\r\na=b\r\n0\r\n\r\n")]
    [InlineData("/account/connections/withdraw", "3\r\na=bcd\r\n0\r\n\r\n")]
    public async Task A_form_that_arrives_broken_is_a_page(string path, string body)
    {
        var head = $"POST {path} HTTP/1.1\r\nHost: as.example.test\r\nX-Forwarded-Proto: https\r\nAccept: {Browser}\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n";

        var page = await RawHttp.SendAsync(shared.Server, head + "Connection: close\r\n\r\n" + body);

        Assert.Equal((400, "text/html; charset=utf-8"), (page.Status, page["Content-Type"]));
        Assert.Contains("could not be read", page.Body, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", page["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Contains("no-store", page["Cache-Control"], StringComparison.Ordinal);
    }

    [Theory, Row("GEN-01")]
    [InlineData("/account/sign-in", true)]
    [InlineData("/oauth/authorize", true)]
    [InlineData("/oauth/token", false)]
    [InlineData("/.well-known/jwks.json", false)]
    public async Task Plain_http_is_refused_in_words_for_people(string path, bool page)
    {
        using var direct = shared.Server.CreateDirectClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", Browser);

        using var answer = await direct.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Null(answer.Headers.Location);
        Assert.Equal(page ? "text/html" : "application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("over https only", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    /// <summary>What every page has, whatever it says.</summary>
    internal static async Task<string> AssertPageAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal(["DENY"], answer.Headers.GetValues("X-Frame-Options"));
        Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Contains("Accept", answer.Headers.Vary);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        return await answer.Content.ReadAsStringAsync(Ct);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? accept)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        if (method == "POST") request.Content = new StringContent("a=b", Encoding.UTF8);
        return await shared.Server.Http.SendAsync(request, Ct);
    }
}
