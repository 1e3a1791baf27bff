using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>The framework's OpenID Connect handler, unmodified, signs people in and out.</summary>
public sealed class StockOpenIdAppTests(OwnServer own) : IClassFixture<OwnServer>
{
    [Fact]
    [Row("OIDC-23")]
    public async Task It_signs_in_by_a_pushed_request_and_a_posted_form_and_knows_the_person_until_it_signs_out()
    {
        await using var app = await StockOpenIdApp.StartAsync(own.Server);
        using var atApp = AtApp(app);
        using var atServer = new TestBrowser(own.Server);

        var me = await SignInAsync(atApp, atServer, formPost: true);

        Assert.Equal(
            [
                "GET /.well-known/openid-configuration",
                "GET /.well-known/jwks.json",
                "POST /oauth/par",
                "POST /oauth/token",
                "GET /oauth/userinfo",
            ],
            app.Seen.Paths.Distinct());
        var claims = me.GetProperty("claims");
        Assert.Equal(
            (TestData.AliceId.ToString(), "Alice Example", TestData.Email),
            (
                claims.GetProperty("sub").GetString(),
                claims.GetProperty("name").GetString(),
                claims.GetProperty("email").GetString()));
        var refreshed = (await own.Server.RefreshAsync(
            me.GetProperty("refreshToken").GetString(), StockOpenIdApp.Client)).IsTokens();
        Assert.Equal(TestData.AliceId.ToString(), refreshed.IdToken()!.Subject);
        Assert.Equal(HttpStatusCode.OK, (await own.Server.UserInfoAsync(refreshed.AccessToken)).Status);

        using var signOut = await atApp.GetAsync("/sign-out");
        using var ended = await atServer.GetAsync(signOut.Headers.Location!.PathAndQuery);
        Assert.Equal(HttpStatusCode.SeeOther, ended.StatusCode);
        using var back = await atApp.GetAsync(ended.Headers.Location!.OriginalString);
        Assert.Equal("/me", back.Headers.Location!.OriginalString);
        using var nobody = await atApp.GetAsync("/me");
        Assert.Equal(HttpStatusCode.Redirect, nobody.StatusCode);
        (await own.Server.RefreshAsync(refreshed.RefreshToken, StockOpenIdApp.Client)).IsError("invalid_grant");
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

        using var atApp = AtApp(app);
        using var atServer = new TestBrowser(own.Server);
        var me = await SignInAsync(atApp, atServer, formPost: false);

        Assert.Equal("Alice Example", me.GetProperty("claims").GetProperty("name").GetString());
        Assert.DoesNotContain("POST /oauth/par", app.Seen.Paths);
    }

    private static TestBrowser AtApp(StockOpenIdApp app) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }, app.Address);

    // One browser, at the app and at the server.
    private static async Task<JsonElement> SignInAsync(TestBrowser atApp, TestBrowser atServer, bool formPost)
    {
        using var challenge = await atApp.GetAsync("/sign-in");
        Assert.True(challenge.StatusCode == HttpStatusCode.Redirect, await challenge.Content.ReadAsStringAsync());
        var path = challenge.Headers.Location!.PathAndQuery;
        using var asked = await atServer.GetAsync(path);
        using var form = await atServer.GetAsync(asked.Headers.Location!.OriginalString);
        using var signedIn = await atServer.TypePasswordAsync(form);
        using var consent = await atServer.GetAsync(signedIn.Headers.Location!.OriginalString);
        using var answer = consent.StatusCode == HttpStatusCode.OK
            && (await consent.Content.ReadAsStringAsync()).Contains("decision", StringComparison.Ordinal)
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

    private static Task<HttpResponseMessage> PostAsync(TestBrowser browser, TestForm form) =>
        browser.PostAsync(form.Action, form.Fields);
}
