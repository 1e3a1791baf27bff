using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Authorize;

/// <summary>
/// Before the redirect target is trusted: no error ever leaves by redirect (RFC 6749 §3.1.2, §4.1.2.1).
/// </summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class RedirectTargetTests(SharedServer shared)
{
    private TestServer Server => shared.Server;

    [Fact]
    [Row("AUTHZ-01")]
    public async Task A_request_by_form_post_gets_the_same_sign_in_page_and_code_as_by_get()
    {
        using var byGet = new TestBrowser(Server);
        using var byPost = new TestBrowser(Server);
        var ask = new AuthorizationAsk();

        using var get = await byGet.GetAsync(ask.Path);
        using var post = await byPost.PostAsync("/oauth/authorize", ask.Parameters);

        Assert.Equal(HttpStatusCode.SeeOther, get.StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, post.StatusCode);
        Assert.Equal(Beginning(get), Beginning(post));
        using var page = await byPost.GetAsync(post.Headers.Location!.OriginalString);
        using var signedIn = await byPost.TypePasswordAsync(page);
        using var again = await byPost.GetAsync(signedIn.Headers.Location!.OriginalString);
        Expect.Code(again, ask);

        // What it remembers of its way is sealed, and never the same twice.
        static string Beginning(HttpResponseMessage answer) =>
            answer.Headers.Location!.OriginalString.Split("%26interaction")[0];
    }

    [Theory]
    [Row("AUTHZ-01")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("HEAD")]
    public async Task Other_methods_are_not_allowed(string method)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri(new AuthorizationAsk().Path, UriKind.Relative));
        using var response = await shared.Browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "POST"], response.Content.Headers.Allow.Order());
    }

    [Theory]
    [Row("AUTHZ-02")]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_request_without_client_id_is_never_redirected(string? clientId) =>
        await Expect.PageAsync(
            shared.Browser, new AuthorizationAsk().With("client_id", clientId).Path, "invalid_request");

    [Theory]
    [Row("AUTHZ-02")]
    [InlineData("client_id", TestData.Web)]
    [InlineData("client_id", TestData.OtherWeb)]
    [InlineData("client_id", "")]
    [InlineData("redirect_uri", TestData.WebRedirectUri)]
    [InlineData("redirect_uri", TestData.OtherWebRedirectUri)]
    [InlineData("redirect_uri", "")]
    public async Task A_repeated_client_id_or_redirect_uri_is_never_redirected(string name, string second) =>
        await Expect.PageAsync(shared.Browser, new AuthorizationAsk().Adding(name, second).Path, "invalid_request");

    [Theory]
    [Row("AUTHZ-03")]
    [InlineData("nobody", TestData.WebRedirectUri)]
    [InlineData("nobody", "https://evil.example/cb")]
    [InlineData("DEMO-WEB", TestData.WebRedirectUri)]
    [InlineData("Demo-web", TestData.WebRedirectUri)]
    [InlineData("demo-web ", TestData.WebRedirectUri)]
    [InlineData(" demo-web", TestData.WebRedirectUri)]
    [InlineData("demo-web\t", TestData.WebRedirectUri)]
    [InlineData("demo-wéb", TestData.WebRedirectUri)]
    [InlineData(SharedServer.DisabledClient, SharedServer.DisabledRedirectUri)]
    public async Task An_unknown_client_is_never_redirected(string clientId, string redirectUri) =>
        await Expect.PageAsync(shared.Browser, AuthorizationAsk.For(clientId, redirectUri).Path, "invalid_client");

    [Theory]
    [Row("AUTHZ-04")]
    [InlineData("https://evil.example/cb")]
    [InlineData(TestData.OtherWebRedirectUri)]
    [InlineData(TestData.SpaRedirectUri)]
    [InlineData("https://c.example/")]
    [InlineData("http://c.example/cb")]
    [InlineData("cb")]
    [InlineData("/cb")]
    [InlineData("https://as.example.test/account/connections")]
    public async Task An_unregistered_redirect_uri_is_never_redirected_to(string redirectUri) =>
        await Expect.PageAsync(
            shared.Browser, AuthorizationAsk.For(TestData.Web, redirectUri).Path, "invalid_redirect_uri");

    [Theory]
    [Row("AUTHZ-06")]
    [InlineData(null)]
    [InlineData("")]
    public async Task An_omitted_redirect_uri_stands_for_the_only_registered_one(string? redirectUri)
    {
        var answer = await shared.AuthorizeAsync(new AuthorizationAsk().With("redirect_uri", redirectUri));
        Expect.Code(answer, TestData.WebRedirectUri);
    }

    [Theory]
    [Row("AUTHZ-06")]
    [InlineData(null)]
    [InlineData("")]
    public async Task An_omitted_redirect_uri_is_refused_when_two_are_registered(string? redirectUri) =>
        await Expect.PageAsync(
            shared.Browser, AuthorizationAsk.For(TestData.OtherWeb, redirectUri).Path, "invalid_redirect_uri");

    [Fact]
    [Row("AUTHZ-07")]
    public async Task A_registered_query_is_kept_as_it_is()
    {
        var answer = await shared.AuthorizeAsync(
            AuthorizationAsk.For(SharedServer.QueryClient, SharedServer.QueryRedirectUri));
        Assert.StartsWith(SharedServer.QueryRedirectUri + "&code=", answer.Location, StringComparison.Ordinal);
        Assert.Equal(["a", "code", "state", "iss"], answer.Parameters.Select(p => p.Key));

        using var refused = await shared.OpenAsync(
            AuthorizationAsk.For(SharedServer.QueryClient, SharedServer.QueryRedirectUri)
                .With("response_type", "token"));
        Assert.StartsWith(
            SharedServer.QueryRedirectUri + "&error=unsupported_response_type&",
            refused.Headers.Location!.OriginalString,
            StringComparison.Ordinal);
    }

    [Theory]
    [Row("AUTHZ-07")]
    [InlineData("https://c.example/cb?a=2")]
    [InlineData("https://c.example/cb")]
    [InlineData("https://c.example/cb?")]
    [InlineData("https://c.example/cb?a=1%20b&b=2")]
    [InlineData("https://c.example/cb?a=1+b")]
    [InlineData("https://c.example/cb?a=1 b")]
    [InlineData("https://c.example/cb?b=2&a=1%20b")]
    public async Task A_differing_query_is_a_mismatch(string redirectUri) =>
        await Expect.PageAsync(
            shared.Browser, AuthorizationAsk.For(SharedServer.QueryClient, redirectUri).Path, "invalid_redirect_uri");

    [Theory]
    [Row("AUTHZ-12")]
    [InlineData("response_type", "token")]
    [InlineData("response_type", null)]
    [InlineData("scope", "no-such-scope")]
    [InlineData("code_challenge", null)]
    [InlineData("code_challenge_method", "plain")]
    [InlineData("prompt", "none")]
    [InlineData("request", "e30.e30.")]
    [InlineData("request_uri", "https://c.example/request")]
    [InlineData("state", "a\r\nb")]
    public async Task A_bad_redirect_uri_wins_over_every_other_error(string name, string? value)
    {
        var ask = AuthorizationAsk.For(TestData.Web, "https://evil.example/cb").With(name, value);
        await Expect.PageAsync(shared.Browser, ask.Path, "invalid_redirect_uri");
        using var signedOut = new TestBrowser(Server);
        await Expect.PageAsync(signedOut, ask.Path, "invalid_redirect_uri");
    }

    [Fact]
    [Row("AUTHZ-12")]
    public async Task A_bad_redirect_uri_wins_over_all_other_errors_together() =>
        await Expect.PageAsync(
            shared.Browser,
            AuthorizationAsk.For(TestData.Web, "https://evil.example/cb").With("response_type", "token").With(
                "scope", "a\"b").With("code_challenge", null).With("prompt", "none").Path,
            "invalid_redirect_uri");
}
