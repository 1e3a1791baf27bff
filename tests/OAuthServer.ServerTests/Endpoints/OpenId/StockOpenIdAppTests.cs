using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>The framework's OpenID Connect handler, unmodified, signs people in.</summary>
public sealed class StockOpenIdAppTests(OwnServer own) : IClassFixture<OwnServer>
{
    [Fact]
    public async Task It_signs_in_through_a_pushed_request_and_a_posted_form_by_itself_and_knows_the_person()
    {
        await using var app = await StockOpenIdApp.StartAsync(own.Server);

        var me = await SignInAsync(app, formPost: true);

        Assert.Equal(
            ["GET /.well-known/openid-configuration", "GET /.well-known/jwks.json", "POST /oauth/par", "POST /oauth/token", "GET /oauth/userinfo"],
            app.Seen.Paths.Distinct());
        var claims = me.GetProperty("claims");
        Assert.Equal(
            (TestData.AliceId.ToString(), "Alice Example", TestData.Email),
            (claims.GetProperty("sub").GetString(), claims.GetProperty("name").GetString(), claims.GetProperty("email").GetString()));
        var refreshed = (await own.Server.RefreshAsync(me.GetProperty("refreshToken").GetString(), StockOpenIdApp.Client)).IsTokens();
        Assert.Equal(TestData.AliceId.ToString(), refreshed.IdToken()!.Subject);
        Assert.Equal(HttpStatusCode.OK, (await own.Server.UserInfoAsync(refreshed.AccessToken)).Status);
    }

    [Fact]
    public async Task It_does_so_by_a_plain_request_and_a_redirect_too()
    {
        await using var app = await StockOpenIdApp.StartAsync(own.Server, options =>
        {
            options.PushedAuthorizationBehavior = PushedAuthorizationBehavior.Disable;
            options.ResponseMode = "query";
            options.MaxAge = TimeSpan.FromMinutes(5);
        });

        var me = await SignInAsync(app, formPost: false);

        Assert.Equal("Alice Example", me.GetProperty("claims").GetProperty("name").GetString());
        Assert.DoesNotContain("POST /oauth/par", app.Seen.Paths);
    }

    // One browser, at the app and at the server.
    private async Task<JsonElement> SignInAsync(StockOpenIdApp app, bool formPost)
    {
        using var atApp = new TestBrowser(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }, app.Address);
        using var atServer = new TestBrowser(own.Server);
        using var challenge = await atApp.GetAsync("/sign-in");
        Assert.True(challenge.StatusCode == HttpStatusCode.Redirect, await challenge.Content.ReadAsStringAsync());
        var path = challenge.Headers.Location!.PathAndQuery;
        using var asked = await atServer.GetAsync(path);
        using var form = await atServer.GetAsync(asked.Headers.Location!.OriginalString);
        using var signedIn = await atServer.TypePasswordAsync(form);
        using var consent = await atServer.GetAsync(signedIn.Headers.Location!.OriginalString);
        using var answer = consent.StatusCode == HttpStatusCode.OK && (await consent.Content.ReadAsStringAsync()).Contains("decision", StringComparison.Ordinal)
            ? await atServer.DecideAsync(consent, "allow")
            : consent;
        using var back = formPost
            ? await PostAsync(atApp, await TestBrowser.FormAsync(answer, "/signin-oidc"))
            : await atApp.GetAsync(answer.Headers.Location!.OriginalString);
        Assert.True(back.StatusCode == HttpStatusCode.Redirect, await back.Content.ReadAsStringAsync());
        Assert.Equal("/me", back.Headers.Location!.OriginalString);
        using var me = await atApp.GetAsync("/me");
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
        return JsonSerializer.Deserialize<JsonElement>(await me.Content.ReadAsStringAsync());
    }

    private static Task<HttpResponseMessage> PostAsync(TestBrowser browser, TestForm form) => browser.PostAsync(form.Action, form.Fields);
}
