using System.Net;
using OAuthServer.ServerTests.Accounts.Passkeys;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>Between the password and the session: nothing opens before the second factor was shown.</summary>
public sealed class SecondStepTests(FactorServers servers) : IClassFixture<FactorServers>
{
    private static readonly string[] Pages =
    [
        "/account/connections", "/account/sessions", "/account/password", "/account/factors", "/account/factors/app",
    ];

    [Fact, Row("MFA-01")]
    public async Task The_password_alone_opens_nothing()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var browser = new TestBrowser(servers.First);
        var ask = OpenIdAsks.For("openid read");
        using var start = await browser.GetAsync(ask.Path);
        using var step = await person.TypePasswordAsync(browser, start.Headers.Location!.OriginalString);
        Assert.StartsWith(FactorPerson.Step, step.Headers.Location!.OriginalString, StringComparison.Ordinal);
        var cookies = browser.Cookies.Keys.Order().ToList();
        Assert.DoesNotContain(cookies, name => name.EndsWith("-session", StringComparison.Ordinal));

        // The request again, and without a page.
        using var again = await browser.GetAsync(ask.Path);
        Assert.StartsWith("/account/sign-in", again.Headers.Location!.OriginalString, StringComparison.Ordinal);
        using var silent = await browser.GetAsync(ask.With("prompt", "none").Path);
        Assert.Contains("error=login_required", silent.Headers.Location!.OriginalString, StringComparison.Ordinal);
        foreach (var path in Pages)
        {
            using var page = await browser.GetAsync(path);
            Assert.Equal(HttpStatusCode.SeeOther, page.StatusCode);
            Assert.StartsWith("/account/sign-in", page.Headers.Location!.OriginalString, StringComparison.Ordinal);
        }

        // Back to the first page, and a second tab: the factor is still to come.
        using var back = await browser.GetAsync(start.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        using var tab = await browser.GetAsync(FactorPerson.Step);
        Assert.Contains(
            "one-time-code",
            await tab.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.False(await FactorPerson.HasSessionAsync(browser));

        // The cookie in another browser.
        using var stolen = new TestBrowser(servers.First);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/account/connections", UriKind.Relative));
        request.Headers.TryAddWithoutValidation(
            "Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        using var elsewhere = await stolen.SendAsync(request);
        Assert.StartsWith("/account/sign-in", elsewhere.Headers.Location!.OriginalString, StringComparison.Ordinal);

        // With the factor the same browser goes on to the app.
        using var done = await FactorPerson.TypeCodeAsync(
            browser, person.Code(), page: step.Headers.Location!.OriginalString);
        Assert.StartsWith("/oauth/authorize?", done.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.NotNull((await browser.AuthorizeAsync(ask)).Code);
    }

    [Fact]
    public async Task The_first_step_is_good_for_ten_minutes_and_for_the_password_that_was_typed()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var slow = await person.AtSecondStepAsync();
        using var changed = await person.AtSecondStepAsync();
        await servers.Database.ExecuteAsync("UPDATE accounts SET security_stamp = 'another' WHERE id = $1", person.Id);
        using var old = await changed.GetAsync(FactorPerson.Step);
        Assert.StartsWith("/account/sign-in", old.Headers.Location!.OriginalString, StringComparison.Ordinal);

        using var fresh = await person.AtSecondStepAsync();
        servers.Clock.Advance(TimeSpan.FromMinutes(10));
        using var late = await fresh.GetAsync(FactorPerson.Step);
        Assert.StartsWith("/account/sign-in", late.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact, Row("MFA-02")]
    public async Task A_code_works_once()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        var code = person.Code();
        var before = person.Code(-1);
        using var one = await person.AtSecondStepAsync();
        using var other = await person.AtSecondStepAsync(servers.Second);
        using var first = await FactorPerson.TypeCodeAsync(one, code);
        using var second = await FactorPerson.TypeCodeAsync(other, code);
        using var earlier = await FactorPerson.TypeCodeAsync(other, before);
        Assert.Equal(
            (HttpStatusCode.SeeOther, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest),
            (first.StatusCode, second.StatusCode, earlier.StatusCode));
        Assert.True(await FactorPerson.HasSessionAsync(one));
        Assert.False(await FactorPerson.HasSessionAsync(other));

        person.NextStep();
        var next = person.Code();
        List<TestBrowser> browsers = [];
        for (var n = 0; n < 20; n++)
            browsers.Add(await person.AtSecondStepAsync(n % 2 == 0 ? servers.First : servers.Second));
        var answers = await Task.WhenAll(browsers.Select(browser => FactorPerson.TypeCodeAsync(browser, next)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.SeeOther);
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
        foreach (var browser in browsers) browser.Dispose();
    }

    [Fact]
    public async Task A_remembered_browser_is_not_asked_again_and_does_not_claim_two_factors()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var browser = await person.SignedInAsync(remember: true);
        Assert.Equal("pwd / 1fa", await AfterPasswordAsync(person, browser));

        // An app that wants two gets two.
        person.NextStep();
        using var asked = await browser.GetAsync(OpenIdAsks.For().With("acr_values", "2fa").Path);
        Assert.StartsWith(FactorPerson.Step, asked.Headers.Location!.OriginalString, StringComparison.Ordinal);

        // Whatever changes the factors ends it.
        using var page = await enrolled.GetAsync("/account/factors");
        var form = await TestBrowser.FormAsync(page, "/account/factors/forget-browsers");
        using var forgotten = await enrolled.PostAsync(form.Action, form.Fields);
        Assert.EndsWith("done=forgotten", forgotten.Headers.Location!.OriginalString, StringComparison.Ordinal);
        using var again = await person.TypePasswordAsync(browser, "/account/sign-in?reauthenticate=true");
        Assert.StartsWith(FactorPerson.Step, again.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_is_remembered_for_thirty_days()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var browser = await person.SignedInAsync(remember: true);
        servers.Clock.Advance(TimeSpan.FromDays(30));
        using var again = await person.TypePasswordAsync(browser, "/account/sign-in?reauthenticate=true");
        Assert.StartsWith(FactorPerson.Step, again.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact, Row("MFA-07")]
    public async Task Amr_says_what_was_shown()
    {
        var person = await servers.PersonAsync();
        using var enrolled = new TestBrowser(servers.First);
        await enrolled.SignInAsync(person.Email);
        Assert.Equal("pwd / 1fa", await ToldAsync(enrolled));
        using var done = await person.EnrollAsync(enrolled, await enrolled.GetAsync(FactorPerson.App));

        using var code = await person.SignedInAsync();
        Assert.Equal("pwd otp mfa / 2fa", await ToldAsync(code));

        using var recovered = await person.AtSecondStepAsync();
        using var answer = await FactorPerson.TypeCodeAsync(recovered, person.RecoveryCodes[0], recovery: true);
        Assert.Equal("pwd mfa / 2fa", await ToldAsync(recovered));

        var authenticator = new SoftAuthenticator();
        using var added = await code.AddPasskeyAsync(authenticator);
        using var passkey = new TestBrowser(servers.First);
        using var signedIn = await passkey.SignInByPasskeyAsync(authenticator);
        Assert.Equal("pop user mfa / 2fa", await ToldAsync(passkey));
    }

    private async Task<string> AfterPasswordAsync(FactorPerson person, TestBrowser browser)
    {
        using var answer = await person.TypePasswordAsync(browser, "/account/sign-in?reauthenticate=true");
        Assert.Equal("/account", answer.Headers.Location!.OriginalString);
        return await ToldAsync(browser);
    }

    private async Task<string> ToldAsync(TestBrowser browser)
    {
        var token = (await browser.TokensAsync(servers.First, OpenIdAsks.For())).IdToken()!;
        return $"{string.Join(' ', token.Claims.Where(claim => claim.Type == "amr").Select(claim => claim.Value))} / "
            + $"{token.GetPayloadValue<string>("acr")}";
    }
}
