using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>
/// Whom an app takes the person for, and hints that only help along (OpenID Connect Core §3.1.2.1, §15.1).
/// </summary>
[Collection(SharedServer.Name)]
public sealed class HintTests(SharedServer flow)
{
    private static readonly Dictionary<string, object> Claims = new()
    {
        ["iss"] = TestServer.Issuer,
        ["aud"] = OpenIdAsks.Client,
        ["sub"] = TestData.AliceId.ToString(),
        ["iat"] = 1_600_000_000,
        ["exp"] = 1_600_000_900,
    };

    [Fact, Row("OIDC-07")]
    public async Task A_hint_without_a_page_is_right_or_an_error()
    {
        var tokens = await flow.Browser.TokensAsync(flow.Server, OpenIdAsks.For("openid read"));
        var own = await SilentAsync(tokens.RawIdToken());
        Assert.Equal(
            tokens.IdToken()!.Subject, (await flow.Server.RedeemAsync(own.Code, OpenIdAsks.Client)).IdToken()!.Subject);
        Assert.NotNull((await SilentAsync(flow.Server.Sign("JWT", Claims))).Code);

        Assert.Equal(
            "login_required",
            (await SilentAsync(flow.Server.Sign("JWT", new(Claims) { ["sub"] = TestData.BobId.ToString() }))).Error);

        var parts = tokens.RawIdToken().Split('.');
        foreach (var forged in (string[])[
            $"{parts[0]}.{parts[1]}.{parts[2][..^8]}AAAAAAAA",
            "x",
            tokens.AccessToken!,
            flow.Server.Sign("logout+jwt", Claims),
        ])
        {
            Assert.Equal("invalid_request", (await SilentAsync(forged)).Error);
        }
    }

    [Fact]
    public async Task Somebody_else_may_sign_in_and_whoever_is_not_meant_gets_nothing()
    {
        using var browser = new TestBrowser(flow.Server);
        await browser.AuthorizeAsync(OpenIdAsks.For());
        var ask = OpenIdAsks.For()
            .With("id_token_hint", flow.Server.Sign("JWT", new(Claims) { ["sub"] = TestData.BobId.ToString() }));

        var bob = await Walk.TakeAsync(browser, ask.Path, TestData.OtherEmail);
        Assert.Equal((1, true), (bob.SignIns, bob.Answer.Code is not null));
        Assert.Equal(
            TestData.BobId.ToString(),
            (await flow.Server.RedeemAsync(bob.Answer.Code, OpenIdAsks.Client)).IdToken()!.Subject);

        using var back = await browser.TypePasswordAsync(
            await browser.GetAsync("/account/sign-in?reauthenticate=another"));
        var alice = await Walk.TakeAsync(browser, ask.Path, TestData.Email);
        Assert.Equal((1, "login_required"), (alice.SignIns, alice.Answer.Error));
    }

    [Fact]
    public async Task The_claims_may_name_the_person_too()
    {
        Expect.Code(await flow.Browser.AuthorizeAsync(OpenIdAsks.For("openid read")), OpenIdAsks.RedirectUri);
        foreach (var (subject, error) in ((Guid, string?)[])[
            (TestData.AliceId, null), (TestData.BobId, "login_required"),
        ])
        {
            var ask = OpenIdAsks.For("openid read")
                .With("prompt", "none")
                .With("claims", "{\"id_token\": {\"sub\": {\"value\": \"" + subject + "\"}}}");
            Assert.Equal(error, (await flow.Browser.AuthorizeAsync(ask)).Error);
        }
    }

    [Theory, Row("OIDC-08")]
    [InlineData("display", "page")]
    [InlineData("display", "popup")]
    [InlineData("display", "hologram")]
    [InlineData("ui_locales", "se de-AT")]
    [InlineData("ui_locales", "??")]
    [InlineData("claims_locales", "se")]
    [InlineData("login_hint", "somebody@example.com")]
    [InlineData("login_hint", "<b>")]
    [InlineData("acr_values", "urn:example:gold 9")]
    public async Task Hints_never_break_a_request(string name, string value) =>
        Expect.Code(
            await flow.Browser.AuthorizeAsync(OpenIdAsks.For("openid read").With(name, value)), OpenIdAsks.RedirectUri);

    [Theory, Row("OIDC-08")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_login_hint_is_typed_in_beforehand(bool pushed)
    {
        using var browser = new TestBrowser(flow.Server);
        var ask = OpenIdAsks.For().With("login_hint", "somebody@example.com");
        var path = pushed
            ? Push.Pushing.Visit(
                Push.Pushing.RequestUri(await Push.Pushing.PushAsync(flow.Server, ask)), OpenIdAsks.Client)
            : ask.Path;
        using var asked = await browser.GetAsync(path);
        using var page = await browser.GetAsync(asked.Headers.Location!.OriginalString);

        Assert.Equal("somebody@example.com", (await TestBrowser.FormAsync(page, "/account/sign-in")).Fields["email"]);
    }

    [Fact, Row("OIDC-09")]
    public async Task OpenID_Connect_asks_for_the_redirect_uri()
    {
        await Expect.PageAsync(flow.Browser, OpenIdAsks.For().With("redirect_uri", null).Path, "invalid_redirect_uri");
        Expect.Code(
            await flow.Browser.AuthorizeAsync(OpenIdAsks.For("read").With("redirect_uri", null)),
            OpenIdAsks.RedirectUri);
    }

    private Task<AuthorizationAnswer> SilentAsync(string hint) =>
        flow.Browser.AuthorizeAsync(OpenIdAsks.For("openid read").With("prompt", "none").With("id_token_hint", hint));
}
