using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Authorize;

/// <summary>What consent is worth, for whom, and until when (UI-05, UI-11, UI-12, UI-13).</summary>
[JudgesDeployment]
public sealed class ConsentRuleTests(OwnServer own) : IClassFixture<OwnServer>, IAsyncLifetime
{
    private const string Consent = "/oauth/authorize/consent";
    private const string OtherVerifier = "other-verifier-other-verifier-other-verifier-1";

    private readonly TestServer _server = own.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await People.StartAnewAsync(_server);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [Row("UI-05")]
    [InlineData("client_id", TestData.OtherWeb)]
    [InlineData("redirect_uri", "https://evil.example/cb")]
    [InlineData("scope", "read write")]
    [InlineData("code_challenge", "other")]
    [InlineData("state", "changed")]
    [InlineData("response_type", "token")]
    [InlineData("user_id", "b0b00000-0000-4000-8000-000000000002")]
    public async Task A_field_added_to_the_form_changes_nothing_of_the_stored_request(string name, string value)
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        var form = await FormAsync(browser, new AuthorizationAsk());
        form.Fields[name] = value == "other" ? OAuthServer.Protocol.Pkce.Challenge(OtherVerifier) : value;

        using var agreed = await browser.PostAsync(form.Action, form.Fields);

        var answer = Expect.Code(
            new AuthorizationAnswer(agreed.Headers.Location!.OriginalString), TestData.WebRedirectUri);
        var tokens = (await _server.RedeemAsync(answer.Code)).IsTokens();
        Assert.Equal(
            ("read", TestData.AliceId.ToString()),
            (tokens.Scope, new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(tokens.AccessToken).Subject));
    }

    [Fact]
    [Row("UI-05")]
    public async Task A_ticket_that_was_changed_gives_no_code()
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        var form = await FormAsync(browser, new AuthorizationAsk());
        form.Fields["ticket"] = form.Fields["ticket"][..^8] + "AAAAAAAA";

        using var answer = await browser.PostAsync(form.Action, form.Fields);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [Row("UI-11")]
    [InlineData(TestData.Native, "http://127.0.0.1:51004/cb", true)]
    [InlineData(TestData.Native, "http://[::1]:51004/cb", true)]
    [InlineData(TestData.Native, "http://localhost:51004/cb", true)]
    [InlineData(TestData.Native, "com.example.app:/cb", true)]
    [InlineData(TestData.Spa, TestData.SpaRedirectUri, false)]
    [InlineData(TestData.Web, TestData.WebRedirectUri, false)]
    [InlineData(TestData.Legacy, TestData.LegacyRedirectUri, false)]
    public async Task The_same_request_asks_again_where_the_redirect_can_be_caught(
        string clientId, string redirectUri, bool asksAgain)
    {
        using var browser = new TestBrowser(_server);
        var ask = AuthorizationAsk.For(clientId, redirectUri);
        Assert.NotNull((await browser.AuthorizeAsync(ask)).Code);
        for (var i = 0; i < 2; i++)
        {
            using var again = await browser.GetAsync(ask.Path);
            if (!asksAgain) Expect.Code(again, ask);
            else Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        }
    }

    [Fact]
    [Row("UI-11")]
    public async Task One_more_scope_asks_again_shows_it_and_is_remembered()
    {
        using var browser = new TestBrowser(_server);
        await browser.AuthorizeAsync(new AuthorizationAsk());
        var wider = new AuthorizationAsk().With("scope", "read write");

        using var page = await browser.GetAsync(wider.Path);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("Write your notes", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using (await browser.DecideAsync(page, "allow")) { }

        foreach (var ask in new[] { wider, new AuthorizationAsk(), new AuthorizationAsk().With("scope", "write") })
            Expect.Code(await browser.GetAsync(ask.Path), ask);
        // What one app may do says nothing about another, and one person's yes nothing about the next person.
        Assert.Equal(
            HttpStatusCode.OK,
            (await browser.GetAsync(
                AuthorizationAsk.For(TestData.OtherWeb, TestData.OtherWebRedirectUri).Path)).StatusCode);
        using var bob = new TestBrowser(_server);
        await bob.SignInAsync(TestData.OtherEmail);
        Assert.Equal(HttpStatusCode.OK, (await bob.GetAsync(new AuthorizationAsk().Path)).StatusCode);
    }

    [Fact]
    [Row("UI-11")]
    [Row("UI-05")]
    public async Task A_denial_grants_nothing_and_is_not_remembered_as_consent()
    {
        using var browser = new TestBrowser(_server);
        Assert.Equal("access_denied", (await browser.AuthorizeAsync(new AuthorizationAsk(), "deny")).Error);
        Assert.Equal(0, await _server.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_consents"));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(new AuthorizationAsk().Path)).StatusCode);
    }

    [Fact]
    [Row("UI-12")]
    [Row("REF-09")]
    [Row("CODE-10")]
    public async Task A_changed_password_ends_every_app_and_every_app_asks_again()
    {
        const string chosen = "Another-Demo-Passw0rd";
        using var browser = new TestBrowser(_server);
        var asks = new[]
        {
            (TestData.Web, new AuthorizationAsk()),
            (TestData.Spa, AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri)),
        };
        var before = new List<(string Client, Reply Tokens, string Code)>();
        foreach (var (client, ask) in asks)
            before.Add(
                (
                    client,
                    (await _server.RedeemAsync((await browser.AuthorizeAsync(ask)).Code, client)).IsTokens(),
                    (await browser.AuthorizeAsync(ask)).Code!));
        using var bob = new TestBrowser(_server);
        await bob.SignInAsync(TestData.OtherEmail);
        var others = (await _server.RedeemAsync((await bob.AuthorizeAsync(new AuthorizationAsk())).Code)).IsTokens();

        await ChangePasswordAsync(browser, TestData.Password, chosen);
        try
        {
            foreach (var (client, tokens, code) in before)
            {
                (await _server.RefreshAsync(tokens.RefreshToken, client)).IsError("invalid_grant");
                (await _server.RefreshAsync(tokens.RefreshToken, client, path: "/oauth/refresh"))
                    .IsError("invalid_grant");
                (await _server.RedeemAsync(code, client)).IsError("invalid_grant");
                Assert.True(await _server.IsRevokedAsync(tokens.AccessToken!));
            }

            foreach (var (_, ask) in asks)
                Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(ask.Path)).StatusCode);
            (await _server.RefreshAsync(others.RefreshToken)).IsTokens();
        }
        finally
        {
            await ChangePasswordAsync(browser, chosen, TestData.Password);
        }
    }

    [Fact]
    [Row("UI-13")]
    public async Task Two_tabs_finished_in_reverse_order_keep_state_challenge_and_scope_apart()
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        using var first = await browser.GetAsync(
            new AuthorizationAsk().With("state", "one").With("scope", "read write").Path);
        using var second = await browser.GetAsync(
            new AuthorizationAsk().With("state", "two").With(
                "code_challenge", OAuthServer.Protocol.Pkce.Challenge(OtherVerifier)).Path);
        var two = new AuthorizationAnswer(
            (await browser.DecideAsync(second, "allow")).Headers.Location!.OriginalString);
        var one = new AuthorizationAnswer((await browser.DecideAsync(first, "allow")).Headers.Location!.OriginalString);
        Assert.Equal(("one", "two"), (one["state"], two["state"]));

        // Each code first with the verifier of the other tab, which buys nothing and breaks nothing.
        (await _server.RedeemAsync(one.Code, verifier: OtherVerifier)).IsError("invalid_grant");
        (await _server.RedeemAsync(two.Code)).IsError("invalid_grant");
        Assert.Equal("read write", (await _server.RedeemAsync(one.Code)).IsTokens().Scope);
        Assert.Equal("read", (await _server.RedeemAsync(two.Code, verifier: OtherVerifier)).IsTokens().Scope);
    }

    private static async Task<TestForm> FormAsync(TestBrowser browser, AuthorizationAsk ask)
    {
        using var page = await browser.GetAsync(ask.Path);
        var form = await TestBrowser.FormAsync(page, Consent);
        form.Fields["decision"] = "allow";
        return form;
    }

    private static async Task ChangePasswordAsync(TestBrowser browser, string current, string chosen)
    {
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/password"), "/account/password");
        (form.Fields["current"], form.Fields["new"], form.Fields["repeat"]) = (current, chosen, chosen);
        using var answer = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
    }
}
