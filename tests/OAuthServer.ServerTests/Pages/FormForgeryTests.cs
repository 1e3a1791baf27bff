using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Pages;

/// <summary>
/// Forms that another site, another session or another person sends (RFC 6749 §10.12, RFC 9700 §4.7).
/// </summary>
[JudgesDeployment]
public sealed class FormForgeryTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string SignIn = "/account/sign-in";
    private const string Consent = "/oauth/authorize/consent";
    private const string Session = "__Host-oauthserver-session";
    private const string Antiforgery = "__Host-oauthserver-antiforgery";

    private readonly TestServer _server = own.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [Row("UI-04")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("another session's")]
    public async Task A_sign_in_form_without_its_own_token_starts_no_session(string? token)
    {
        var before = await StateAsync();
        using var victim = new TestBrowser(_server);
        using var stranger = new TestBrowser(_server);
        var form = await SignInFormAsync(victim);
        Forge(form, token, await SignInFormAsync(stranger));

        using var answer = await PostAsync(SignIn, form.Fields, victim.Cookies);

        await AssertNothingHappenedAsync(answer, before);
    }

    [Theory]
    [Row("UI-04")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("another session's")]
    public async Task A_consent_form_without_its_own_token_makes_no_code_and_no_grant(string? token)
    {
        using var victim = new TestBrowser(_server);
        using var stranger = new TestBrowser(_server);
        var form = await ConsentFormAsync(victim, TestData.Email);
        Forge(form, token, await ConsentFormAsync(stranger, TestData.Email));
        var before = await StateAsync();

        using var answer = await PostAsync(Consent, form.Fields, victim.Cookies);

        await AssertNothingHappenedAsync(answer, before);
    }

    [Theory]
    [Row("UI-04")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_antiforgery_pair_of_another_person_does_not_answer_for_the_one_who_is_signed_in(
        bool withTheirTicket)
    {
        using var alice = new TestBrowser(_server);
        using var bob = new TestBrowser(_server);
        var (form, planted) = (
            await ConsentFormAsync(alice, TestData.Email), await ConsentFormAsync(bob, TestData.OtherEmail));
        form.Fields["antiforgery"] = planted.Fields["antiforgery"];
        if (withTheirTicket) form.Fields["ticket"] = planted.Fields["ticket"];
        var before = await StateAsync();

        using var answer = await PostAsync(Consent, form.Fields, new Dictionary<string, string>
        {
            [Session] = alice.Cookies[Session],
            [Antiforgery] = bob.Cookies[Antiforgery],
        });

        await AssertNothingHappenedAsync(answer, before);
    }

    [Fact]
    [Row("UI-04")]
    public async Task A_page_of_another_site_can_post_neither_form()
    {
        // Our cookies are SameSite=Lax, so no browser sends them with a form of another site. What such a page can fill
        // in is what its owner was given: even everything of a right form changes nothing.
        using var owner = new TestBrowser(_server);
        var (signIn, consent) = (await SignInFormAsync(owner), await ConsentFormAsync(owner, TestData.Email));
        var before = await StateAsync();

        using var signedIn = await PostAsync(SignIn, signIn.Fields, new Dictionary<string, string>(), crossSite: true);
        using var agreed = await PostAsync(Consent, consent.Fields, new Dictionary<string, string>(), crossSite: true);

        await AssertNothingHappenedAsync(signedIn, before);
        await AssertNothingHappenedAsync(agreed, before);
    }

    [Fact]
    [Row("UI-04")]
    public async Task The_same_forms_with_their_own_token_and_cookies_work()
    {
        using var browser = new TestBrowser(_server);
        var signIn = await SignInFormAsync(browser);
        using var signedIn = await PostAsync(SignIn, signIn.Fields, browser.Cookies);
        Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
        Assert.Contains(
            signedIn.Headers.GetValues("Set-Cookie"),
            cookie => cookie.StartsWith(Session + "=", StringComparison.Ordinal));

        var consent = await ConsentFormAsync(browser, TestData.Email);
        using var agreed = await PostAsync(Consent, consent.Fields, browser.Cookies);
        Assert.Contains("code=", agreed.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    private static void Forge(TestForm form, string? token, TestForm anothers)
    {
        if (token is null) form.Fields.Remove("antiforgery");
        else form.Fields["antiforgery"] = token.Length > 1 ? anothers.Fields["antiforgery"] : token;
    }

    private static async Task<TestForm> SignInFormAsync(TestBrowser browser)
    {
        using var page = await browser.GetAsync(SignIn);
        var form = await TestBrowser.FormAsync(page, SignIn);
        (form.Fields["email"], form.Fields["password"]) = (TestData.Email, TestData.Password);
        return form;
    }

    private static async Task<TestForm> ConsentFormAsync(TestBrowser browser, string email)
    {
        await browser.SignInAsync(email);
        using var page = await browser.GetAsync(new AuthorizationAsk().Adding("prompt", "consent").Path);
        var form = await TestBrowser.FormAsync(page, Consent);
        form.Fields["decision"] = "allow";
        return form;
    }

    private async Task<HttpResponseMessage> PostAsync(
        string path,
        Dictionary<string, string> fields,
        IReadOnlyDictionary<string, string> cookies,
        bool crossSite = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(fields),
        };
        if (cookies.Count > 0)
            request.Headers.TryAddWithoutValidation(
                "Cookie", string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}")));
        foreach (var (name, value) in crossSite
            ? [
                ("Origin", "https://evil.example"),
                ("Referer", "https://evil.example/"),
                ("Sec-Fetch-Site", "cross-site"),
                ("Sec-Fetch-Mode", "navigate"),
            ]
            : Array.Empty<(string, string)>())
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _server.Http.SendAsync(request, Ct);
    }

    // No test of this class runs beside another one, so whatever changes was changed by the form.
    private async Task<(long Codes, long Consents, long Events)> StateAsync() => (
        await _server.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_authorization_codes"),
        await _server.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_consents"),
        await _server.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events WHERE reason IS NULL"));

    private async Task AssertNothingHappenedAsync(
        HttpResponseMessage answer, (long Codes, long Consents, long Events) before)
    {
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Null(answer.Headers.Location);
        Assert.DoesNotContain("code=", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        if (answer.Headers.TryGetValues("Set-Cookie", out var cookies))
            Assert.DoesNotContain(cookies, cookie => cookie.StartsWith(Session, StringComparison.Ordinal));
        Assert.Equal(before, await StateAsync());
    }
}
