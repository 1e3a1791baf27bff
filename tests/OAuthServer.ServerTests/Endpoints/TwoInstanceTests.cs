using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>Any instance answers any request: nothing but the database is shared, and nothing else is needed.</summary>
public sealed class TwoInstanceTests
{
    [Fact]
    public async Task A_flow_that_changes_the_instance_at_every_step_succeeds()
    {
        await using var first = await TestServer.StartAsync();
        await using var second = await TestServer.StartAsync(new() { Database = first.Database });
        using var browser = new TestBrowser(first);
        var ask = new AuthorizationAsk();

        using var start = await browser.GetAsync(On(second, ask.Path));
        using var signIn = await browser.GetAsync(On(first, start.Headers.Location!.OriginalString));
        var form = await TestBrowser.FormAsync(signIn, "/account/sign-in");
        (form.Fields["email"], form.Fields["password"]) = (TestData.Email, TestData.Password);
        using var signedIn = await browser.PostAsync(On(second, form.Action), form.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);

        using var consent = await browser.GetAsync(On(first, signedIn.Headers.Location!.OriginalString));
        Assert.Equal(HttpStatusCode.OK, consent.StatusCode);
        form = await TestBrowser.FormAsync(consent, "/oauth/authorize/consent");
        form.Fields["decision"] = "allow";
        using var agreed = await browser.PostAsync(On(second, form.Action), form.Fields);
        var answer = new AuthorizationAnswer(agreed.Headers.Location!.OriginalString);
        Assert.NotNull(answer.Code);

        var tokens = await first.RedeemAsync(answer.Code);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        var refreshed = await second.RefreshAsync(tokens.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal("invalid_grant", (await second.RedeemAsync(answer.Code)).Error);
        Assert.Equal("invalid_grant", (await first.RefreshAsync(refreshed.RefreshToken)).Error);
    }

    [Fact]
    public async Task What_one_instance_signs_and_revokes_the_other_publishes()
    {
        await using var first = await TestServer.StartAsync();
        await using var second = await TestServer.StartAsync(new() { Database = first.Database });
        var tokens = await first.TokensAsync();

        Assert.Equal(await KeysAsync(first), await KeysAsync(second));
        Assert.Equal(HttpStatusCode.OK, (await second.RevokeAsync(tokens.RefreshToken)).Status);
        Assert.Equal("invalid_grant", (await first.RefreshAsync(tokens.RefreshToken)).Error);
    }

    private static string On(TestServer server, string path) => new Uri(server.Address, path).AbsoluteUri;

    private static Task<string> KeysAsync(TestServer server) =>
        server.Http.GetStringAsync(new Uri("/.well-known/jwks.json", UriKind.Relative));
}
