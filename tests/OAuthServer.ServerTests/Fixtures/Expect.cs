using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>The results that the rows name: TOKENS, ERR, REDIR, PAGE and CODE, each asserted whole.</summary>
internal static class Expect
{
    private static readonly string[] ErrorParameters = ["error", "error_description", "error_uri", "state", "iss"];

    /// <summary>TOKENS: 200 with an uncacheable token answer (RFC 6749 §5.1).</summary>
    public static void Tokens(Reply reply)
    {
        Assert.True(reply.Status == HttpStatusCode.OK, $"{reply.Status}: {reply.Body}");
        UncacheableJson(reply);
        Assert.Equal("no-cache", reply.Headers.Pragma.ToString());
        Assert.False(string.IsNullOrEmpty(reply.AccessToken));
        Assert.Equal("Bearer", reply.Json!.Value.GetProperty("token_type").GetString());
        Assert.Equal(JsonValueKind.Number, reply.Json!.Value.GetProperty("expires_in").ValueKind);
        Assert.False(string.IsNullOrEmpty(reply.Scope));
    }

    /// <summary>
    /// ERR, and ERR401 by its status: nothing issued, never a redirect, a challenge exactly with 401 (RFC 6749 §5.2).
    /// </summary>
    public static void Error(Reply reply, string error, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        Assert.True(
            status == reply.Status && error == reply.Error,
            $"expected {(int)status} {error}, got {(int)reply.Status}: {reply.Body}");
        UncacheableJson(reply);
        Assert.Null(reply.Headers.Location);
        Assert.Equal(status == HttpStatusCode.Unauthorized, reply.Headers.WwwAuthenticate.Count > 0);
        Assert.Null(reply.AccessToken);
        Assert.Null(reply.RefreshToken);
    }

    /// <summary>
    /// REDIR: one error on exactly the requested redirect URI, with <c>state</c> and <c>iss</c> (RFC 6749 §4.1.2.1, RFC
    /// 9207 §2).
    /// </summary>
    public static AuthorizationAnswer Redirect(
        HttpResponseMessage response, string error, AuthorizationAsk ask, string? state = "s-1")
    {
        var answer = Sent(response, ask);
        Assert.Equal(error, answer["error"]);
        Assert.Equal(state, answer["state"]);
        Assert.Equal(TestServer.Issuer, answer["iss"]);
        Assert.All(answer.Parameters, p => Assert.Contains(p.Key, ErrorParameters));
        return answer;
    }

    /// <summary>CODE: one code, the unchanged <c>state</c>, one <c>iss</c>, nothing else.</summary>
    public static AuthorizationAnswer Code(AuthorizationAnswer answer, string target, string? state = "s-1")
    {
        Assert.True(answer.Code is not null, $"no code: {answer.Location}");
        Assert.Equal(target, answer.Target);
        Assert.DoesNotContain('#', answer.Location);
        Assert.Equal(state, answer["state"]);
        Assert.Equal(TestServer.Issuer, answer["iss"]);
        string[] expected = state is null ? ["code", "iss"] : ["code", "state", "iss"];
        Assert.Equal(expected, answer.Parameters.Select(p => p.Key));
        return answer;
    }

    /// <summary>CODE as the direct answer to one request.</summary>
    public static AuthorizationAnswer Code(HttpResponseMessage response, AuthorizationAsk ask, string? state = "s-1") =>
        Code(Sent(response, ask), Redirection(ask), state);

    /// <summary>PAGE: 400 without any redirect, as a page and, when that is preferred, as JSON.</summary>
    public static async Task PageAsync(TestBrowser browser, string path, string error)
    {
        using var page = await browser.GetAsync(path);
        await PageAsync(page, error);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var json = await browser.SendAsync(request);
        Error(await Reply.ReadAsync(json), error);
    }

    /// <summary>The HTML half of PAGE.</summary>
    public static async Task PageAsync(HttpResponseMessage page, string error)
    {
        var html = await page.Content.ReadAsStringAsync();
        Assert.True(page.StatusCode == HttpStatusCode.BadRequest, $"{page.StatusCode} {page.Headers.Location}");
        Assert.Null(page.Headers.Location);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains($"<code>{error}</code>", html, StringComparison.Ordinal);
    }

    /// <summary>What every JSON answer with tokens or errors has in common (RFC 6749 §5.1).</summary>
    public static void UncacheableJson(Reply reply)
    {
        Assert.Equal("application/json", reply.ContentType);
        Assert.True(reply.Headers.CacheControl?.NoStore, "Cache-Control is not no-store");
    }

    private static AuthorizationAnswer Sent(HttpResponseMessage response, AuthorizationAsk ask)
    {
        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.Found, HttpStatusCode.SeeOther });
        var location = response.Headers.Location!.OriginalString;
        Assert.DoesNotContain('#', location);
        var answer = new AuthorizationAnswer(location);
        Assert.Equal(Redirection(ask), answer.Target);
        return answer;
    }

    private static string Redirection(AuthorizationAsk ask) =>
        ask.Parameters.Single(p => p.Key == "redirect_uri").Value;
}
