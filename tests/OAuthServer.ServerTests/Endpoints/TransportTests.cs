using System.Net;
using System.Text;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>Scheme, method, media type and place of the parameters (RFC 6749 §2.3.1, §3.1, §3.2).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class TransportTests(SharedServer shared)
{
    private TestServer Server => shared.Server;

    [Theory]
    [Row("GEN-01")]
    [InlineData("http://as.example", "Production")]
    [InlineData("http://as.example", "Development")]
    [InlineData("http://localhost:5080", "Production")]
    [InlineData("https://as.example?x=1", "Production")]
    [InlineData("https://as.example?", "Production")]
    [InlineData("https://as.example#f", "Production")]
    [InlineData("https://as.example/path#", "Production")]
    [InlineData("https://user@as.example", "Production")]
    [InlineData("as.example", "Production")]
    [InlineData("", "Production")]
    public async Task A_server_with_a_wrong_issuer_does_not_start(string issuer, string environment)
    {
        var options = new TestServerOptions
        {
            Database = Server.Database,
            Environment = environment,
            Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = issuer },
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => TestServer.StartAsync(options));
    }

    [Theory]
    [Row("GEN-01")]
    [InlineData("https://as.example", "Production")]
    [InlineData("https://as.example/tenant", "Production")]
    [InlineData("http://localhost:5080", "Development")]
    public async Task A_server_with_a_right_issuer_starts(string issuer, string environment)
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Database = Server.Database,
            Environment = environment,
            Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = issuer },
        });
        Assert.NotNull(server);
    }

    [Theory]
    [Row("GEN-01")]
    [InlineData("GET", "/oauth/authorize")]
    [InlineData("POST", "/oauth/authorize")]
    [InlineData("POST", "/oauth/token")]
    [InlineData("POST", "/oauth/refresh")]
    [InlineData("POST", "/oauth/revoke")]
    [InlineData("GET", "/account/sign-in")]
    [InlineData("POST", "/account/sign-in")]
    public async Task Plain_http_gets_no_form_token_code_or_redirect(string method, string path)
    {
        using var http = Server.CreateDirectClient();
        using var request = new HttpRequestMessage(
            new HttpMethod(method),
            new Uri(
                method == "GET" ? path + new AuthorizationAsk().Path["/oauth/authorize".Length..] : path,
                UriKind.Relative));
        if (method == "POST") request.Content = new FormUrlEncodedContent(new AuthorizationAsk().Parameters);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var reply = await Reply.ReadAsync(response);
        Expect.Error(reply, "invalid_request");
        Assert.DoesNotContain("<form", reply.Body, StringComparison.Ordinal);
        Assert.False(reply.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    [Row("GEN-01")]
    public async Task A_code_sent_over_plain_http_buys_nothing_and_stays_good()
    {
        var code = await shared.CodeAsync();
        using var http = Server.CreateDirectClient();
        using var content = new StringContent(Body(code), Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await http.PostAsync(
            new Uri("/oauth/token", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Expect.Error(await Reply.ReadAsync(response), "invalid_request");
        Expect.Tokens(await Server.RedeemAsync(code));
    }

    [Theory]
    [Row("GEN-01")]
    [InlineData("/oauth/authorize")]
    [InlineData("/oauth/token")]
    [InlineData("/account/sign-in")]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/no-such-page")]
    public async Task Answers_over_https_pin_https(string path)
    {
        using var response = await Server.Http.GetAsync(
            new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Matches(
            "^max-age=[1-9][0-9]{6,}", Assert.Single(response.Headers.GetValues("Strict-Transport-Security")));
    }

    [Theory]
    [Row("GEN-04")]
    [InlineData("application/json")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded-not")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-16")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_body_of_another_type_is_refused(string? contentType)
    {
        var code = await shared.CodeAsync();
        Expect.Error(await Server.PostRawAsync("/oauth/token", Body(code), contentType), "invalid_request");
        Expect.Error(
            await Server.PostRawAsync(
                "/oauth/token", $$"""{"grant_type":"authorization_code","code":"{{code}}"}""", contentType),
            "invalid_request");
        Expect.Error(
            await Server.PostRawAsync("/oauth/refresh", "refresh_token=x&client_id=demo-spa", contentType),
            "invalid_request");
        Expect.Error(
            await Server.PostRawAsync("/oauth/revoke", "token=x&client_id=demo-spa", contentType), "invalid_request");
        Expect.Tokens(await Server.RedeemAsync(code));
    }

    [Theory]
    [Row("GEN-04")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("Application/X-WWW-Form-Urlencoded; charset=UTF-8")]
    [InlineData("application/x-www-form-urlencoded;charset=\"utf-8\"")]
    public async Task A_form_body_is_accepted_however_its_type_is_written(string contentType) =>
        Expect.Tokens(await Server.PostRawAsync("/oauth/token", Body(await shared.CodeAsync()), contentType));

    [Theory]
    [Row("GEN-05")]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Only_post_is_allowed_on_form_endpoints(string method)
    {
        var code = await shared.CodeAsync();
        var tokens = await Server.RedeemAsync(await shared.CodeAsync());
        var refresh = $"grant_type=refresh_token&refresh_token={tokens.RefreshToken}&client_id=demo-web"
            + $"&client_secret={TestData.Secret}";
        var revoke = $"token={tokens.RefreshToken}&client_id=demo-web&client_secret={TestData.Secret}";
        foreach (var (path, parameters) in new[]
        {
            ("/oauth/token", Body(code)),
            ("/oauth/refresh", refresh),
            ("/oauth/revoke", revoke),
        })
        {
            using var request = new HttpRequestMessage(
                new HttpMethod(method), new Uri($"{path}?{parameters}", UriKind.Relative));
            if (method is not ("GET" or "HEAD"))
                request.Content = new StringContent(parameters, Encoding.UTF8, "application/x-www-form-urlencoded");
            using var response = await Server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            Assert.Equal(["POST"], response.Content.Headers.Allow);
            Assert.DoesNotContain("token", (await Reply.ReadAsync(response)).Body, StringComparison.Ordinal);
        }

        Expect.Tokens(await Server.RedeemAsync(code));
        Expect.Tokens(await Server.RefreshAsync(tokens.RefreshToken));
    }

    [Fact]
    [Row("GEN-06")]
    public async Task Parameters_in_the_query_count_as_absent()
    {
        var code = await shared.CodeAsync();
        var credentials = $"client_id=demo-web&client_secret={TestData.Secret}";
        var grant = $"grant_type=authorization_code&code={code}&code_verifier={AuthorizationAsk.Verifier}";
        Expect.Error(
            await Server.PostRawAsync($"/oauth/token?{credentials}", grant),
            "invalid_client",
            HttpStatusCode.Unauthorized);
        Expect.Error(
            await Server.PostRawAsync($"/oauth/token?client_secret={TestData.Secret}", grant + "&client_id=demo-web"),
            "invalid_client",
            HttpStatusCode.Unauthorized);
        Expect.Error(
            await Server.PostRawAsync(
                $"/oauth/token?code={code}",
                $"grant_type=authorization_code&code_verifier={AuthorizationAsk.Verifier}&{credentials}"),
            "invalid_request");
        Expect.Error(
            await Server.PostRawAsync("/oauth/token?grant_type=authorization_code", $"code={code}&{credentials}"),
            "invalid_request");
        Expect.Error(
            await Server.PostRawAsync(
                $"/oauth/token?code_verifier={AuthorizationAsk.Verifier}",
                $"grant_type=authorization_code&code={code}&{credentials}"),
            "invalid_grant");

        var tokens = await Server.PostRawAsync("/oauth/token?code=other&scope=write&client_id=other-web", Body(code));
        Expect.Tokens(tokens);
        Expect.Error(
            await Server.PostRawAsync($"/oauth/refresh?refresh_token={tokens.RefreshToken}", credentials),
            "invalid_request");
        Expect.Error(
            await Server.PostRawAsync($"/oauth/revoke?token={tokens.RefreshToken}", credentials), "invalid_request");
        Expect.Tokens(await Server.RefreshAsync(tokens.RefreshToken));
    }

    private static string Body(string code) =>
        $"grant_type=authorization_code&code={code}&code_verifier={AuthorizationAsk.Verifier}"
            + $"&redirect_uri={Uri.EscapeDataString(TestData.WebRedirectUri)}&client_id=demo-web"
            + $"&client_secret={TestData.Secret}";
}
