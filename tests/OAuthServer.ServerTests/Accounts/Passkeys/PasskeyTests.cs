using System.Net;
using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using OAuthServer.ServerTests.Accounts.Factors;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Passkeys;

/// <summary>Passkeys: what is asked, what is taken, and what is not (Web Authentication §7).</summary>
public sealed class PasskeyTests(FactorServers servers) : IClassFixture<FactorServers>
{
    [Fact, Row("PKY-01")]
    public async Task The_relying_party_comes_from_the_issuer()
    {
        var person = await servers.PersonAsync();
        using var signedIn = new TestBrowser(servers.First);
        await signedIn.SignInAsync(person.Email);
        using var stranger = new TestBrowser(servers.First);
        var asked = await AskAsync(stranger, PasskeyPages.SignIn);
        Assert.Equal("as.example.test", asked["rpId"]!.GetValue<string>());
        Assert.Equal("as.example.test", (await AskAsync(signedIn, PasskeyPages.Own))["rp"]!["id"]!.GetValue<string>());
    }

    [Fact, Row("PKY-02")]
    public async Task User_verification_is_required()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(person.Email);
        var options = JsonNode.Parse((await browser.PasskeyAsync(PasskeyPages.Own)).Options)!;
        Assert.Equal("required", options["authenticatorSelection"]!["userVerification"]!.GetValue<string>());
        Assert.Equal("required", options["authenticatorSelection"]!["residentKey"]!.GetValue<string>());
        var unverified = new Deviation { IsVerified = false };
        using var refused = await browser.AddPasskeyAsync(new SoftAuthenticator(), unverified);
        Assert.Equal((HttpStatusCode.BadRequest, 0), (refused.StatusCode, await CountAsync(person)));

        var authenticator = new SoftAuthenticator();
        using var added = await browser.AddPasskeyAsync(authenticator);
        Assert.Equal(1, await CountAsync(person));
        using var stranger = new TestBrowser(servers.First);
        Assert.Equal(
            "required",
            JsonNode.Parse((await stranger.PasskeyAsync(PasskeyPages.SignIn)).Options)!["userVerification"]!
                .GetValue<string>());
        using var signIn = await stranger.SignInByPasskeyAsync(authenticator, unverified);
        Assert.Equal(HttpStatusCode.BadRequest, signIn.StatusCode);
        Assert.False(await FactorPerson.HasSessionAsync(stranger));
    }

    [Theory, Row("PKY-03")]
    [InlineData("https://login.as.example.test", false)]
    [InlineData("https://as.example.test:8443", false)]
    [InlineData("http://as.example.test", false)]
    [InlineData("https://as.example.test", true)]
    public async Task The_origin_is_compared_whole(string origin, bool embedded)
    {
        var person = await servers.PersonAsync();
        var elsewhere = new Deviation { Origin = origin, CrossOrigin = embedded };
        using var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(person.Email);
        using var refused = await browser.AddPasskeyAsync(new SoftAuthenticator(), elsewhere);
        Assert.Equal((HttpStatusCode.BadRequest, 0), (refused.StatusCode, await CountAsync(person)));
        var authenticator = new SoftAuthenticator();
        using var added = await browser.AddPasskeyAsync(authenticator);
        using var stranger = new TestBrowser(servers.First);
        using var signIn = await stranger.SignInByPasskeyAsync(authenticator, elsewhere);
        Assert.Equal(HttpStatusCode.BadRequest, signIn.StatusCode);
        Assert.False(await FactorPerson.HasSessionAsync(stranger));
    }

    [Fact, Row("PKY-04")]
    public async Task A_challenge_works_once_for_its_own_session()
    {
        var person = await servers.PersonAsync();
        var authenticator = new SoftAuthenticator();
        using var owner = new TestBrowser(servers.First);
        await owner.SignInAsync(person.Email);
        var before = new SoftAuthenticator();
        using var known = await owner.AddPasskeyAsync(before);
        using var surer = await owner.SignInByPasskeyAsync(before, path: "/account/sign-in?reauthenticate=true");
        var registration = await owner.PasskeyAsync(PasskeyPages.Own);
        var created = authenticator.Create(registration.Options);

        // Registration's answer at sign-in, and in the session of somebody else.
        using var stranger = new TestBrowser(servers.First);
        var signIn = await stranger.PasskeyAsync(PasskeyPages.SignIn);
        using var mixed = await (signIn with
        {
            Fields = new(signIn.Fields) { ["ticket"] = registration.Fields["ticket"] },
        }).PostAsync(stranger, created);
        Assert.Equal(HttpStatusCode.BadRequest, mixed.StatusCode);
        var other = await servers.PersonAsync();
        using var another = new TestBrowser(servers.First);
        await another.SignInAsync(other.Email);
        var theirs = await another.PasskeyAsync(PasskeyPages.Own);
        using var foreign = await (theirs with
        {
            Fields = new(theirs.Fields) { ["ticket"] = registration.Fields["ticket"] },
        }).PostAsync(another, created);
        Assert.Equal((HttpStatusCode.BadRequest, 0), (foreign.StatusCode, await CountAsync(other)));

        using var added = await registration.PostAsync(owner, created);
        Assert.Equal(HttpStatusCode.SeeOther, added.StatusCode);
        using var again = await registration.PostAsync(owner, new SoftAuthenticator().Create(registration.Options));
        Assert.Equal((HttpStatusCode.BadRequest, 2), (again.StatusCode, await CountAsync(person)));

        // In another browser, and after five minutes.
        using var thief = new TestBrowser(servers.First);
        var own = await thief.PasskeyAsync(PasskeyPages.SignIn);
        using var stolen = await (own with { Fields = new(own.Fields) { ["ticket"] = signIn.Fields["ticket"] } })
            .PostAsync(thief, authenticator.Get(signIn.Options));
        Assert.Equal(HttpStatusCode.BadRequest, stolen.StatusCode);
        servers.Clock.Advance(TimeSpan.FromMinutes(5));
        using var late = await signIn.PostAsync(stranger, authenticator.Get(signIn.Options));
        Assert.Equal(HttpStatusCode.BadRequest, late.StatusCode);

        var fresh = await stranger.PasskeyAsync(PasskeyPages.SignIn);
        var answer = authenticator.Get(fresh.Options);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20)
                .Select(n => fresh.PostAsync(stranger, answer, n % 2 == 0 ? servers.First : servers.Second)));
        Assert.Single(answers, one => one.StatusCode == HttpStatusCode.SeeOther);
        Assert.Equal(19, answers.Count(one => one.StatusCode == HttpStatusCode.BadRequest));
    }

    [Fact, Row("PKY-05")]
    public async Task Sign_in_takes_no_user_name()
    {
        var person = await servers.PersonAsync();
        var authenticator = new SoftAuthenticator();
        using var owner = new TestBrowser(servers.First);
        await owner.SignInAsync(person.Email);
        var unknown = new SoftAuthenticator();
        var registration = await owner.PasskeyAsync(PasskeyPages.Own);
        unknown.Create(registration.Options);
        using var added = await registration.PostAsync(owner, authenticator.Create(registration.Options));

        using var browser = new TestBrowser(servers.First);
        var ask = OpenIdAsks.For();
        using var start = await browser.GetAsync(ask.Path);
        var form = await browser.PasskeyAsync(start.Headers.Location!.OriginalString);
        Assert.Empty(JsonNode.Parse(form.Options)!["allowCredentials"]?.AsArray() ?? []);
        using var signedIn = await form.PostAsync(browser, authenticator.Get(form.Options));
        Assert.StartsWith("/oauth/authorize?", signedIn.Headers.Location!.OriginalString, StringComparison.Ordinal);
        var token = (await browser.TokensAsync(servers.First, ask)).IdToken()!;
        Assert.Equal((person.Id.ToString(), "2fa"), (token.Subject, token.GetPayloadValue<string>("acr")));

        // Unknown here, and removed.
        using var nobody = new TestBrowser(servers.First);
        using var first = await nobody.SignInByPasskeyAsync(unknown);
        await servers.Database.ExecuteAsync("DELETE FROM account_passkeys WHERE account_id = $1", person.Id);
        using var second = await nobody.SignInByPasskeyAsync(authenticator);
        foreach (var refused in new[] { first, second })
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            var html = await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains("The passkey was not accepted.", html, StringComparison.Ordinal);
            Assert.DoesNotContain(person.Email, html, StringComparison.Ordinal);
        }

        Assert.False(await FactorPerson.HasSessionAsync(nobody));
    }

    [Fact, Row("PKY-06")]
    public async Task The_strict_policy_stays()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(person.Email);
        using var stranger = new TestBrowser(servers.First);
        foreach (var (reader, path) in new[]
        {
            (stranger, PasskeyPages.SignIn),
            (browser, PasskeyPages.Own),
            (browser, "/account/factors"),
        })
        {
            using var page = await reader.GetAsync(path);
            var policy = page.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith(
                "default-src 'none'; style-src 'self'; img-src 'self' data:; ", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("connect-src", policy, StringComparison.Ordinal);
            var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            foreach (var script in html.Split("<script").Skip(1))
                Assert.StartsWith(" src=\"/account/", script, StringComparison.Ordinal);
        }

        // Nothing of it is seen without the script, and the password works.
        using var shown = await stranger.GetAsync(PasskeyPages.SignIn);
        Assert.Contains(
            "<form class=\"passkey\" method=\"post\" action=\"/account/passkeys/sign-in\" hidden",
            await shown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        await stranger.SignInAsync(person.Email);
        Assert.True(await FactorPerson.HasSessionAsync(stranger));
    }

    [Fact]
    public async Task The_last_way_in_stays()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(person.Email);
        var (one, other) = (new SoftAuthenticator(), new SoftAuthenticator());
        using var first = await browser.AddPasskeyAsync(one);
        using var second = await browser.SignInByPasskeyAsync(one, path: "/account/sign-in?reauthenticate=true");
        using var third = await browser.AddPasskeyAsync(other);
        Assert.Equal(2, await CountAsync(person));
        await servers.Database.ExecuteAsync("UPDATE accounts SET password_hash = NULL WHERE id = $1", person.Id);

        var forms = await RemovalsAsync(browser);
        var answers = await Task.WhenAll(
            forms.Select(
                (form, n) => browser.PostAsync(n == 0 ? form.Action : servers.OnSecond(form.Action), form.Fields)));
        Assert.Equal([303, 400], answers.Select(answer => (int)answer.StatusCode).Order());
        Assert.Equal(1, await CountAsync(person));
        var last = Assert.Single(await RemovalsAsync(browser));
        using var refused = await browser.PostAsync(last.Action, last.Fields);
        Assert.Equal((HttpStatusCode.BadRequest, 1), (refused.StatusCode, await CountAsync(person)));
    }

    [Fact, Row("PKY-08")]
    public async Task Only_algorithms_that_are_verified_are_offered()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(person.Email);
        using var odd = await browser.AddPasskeyAsync(new SoftAuthenticator(-35));
        Assert.Equal((HttpStatusCode.BadRequest, 0), (odd.StatusCode, await CountAsync(person)));
        var offered = JsonNode.Parse((await browser.PasskeyAsync(PasskeyPages.Own)).Options)!["pubKeyCredParams"]!
            .AsArray()
            .Select(one => one!["alg"]!.GetValue<int>())
            .ToList();
        Assert.Equal([-7, -257], offered);
        foreach (var algorithm in offered)
        {
            var authenticator = new SoftAuthenticator(algorithm);
            using var added = await browser.AddPasskeyAsync(authenticator);
            Assert.True(added.StatusCode is HttpStatusCode.OK or HttpStatusCode.SeeOther);
            using var stranger = new TestBrowser(servers.First);
            using var signedIn = await stranger.SignInByPasskeyAsync(authenticator);
            Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
            // Later ones are added in the session of a passkey.
            using var raised = await browser.SignInByPasskeyAsync(
                authenticator, path: "/account/sign-in?reauthenticate=true");
        }
    }

    [Fact]
    public async Task A_passkey_is_a_second_factor_beside_the_password()
    {
        var person = await servers.PersonAsync();
        var authenticator = new SoftAuthenticator();
        using var owner = new TestBrowser(servers.First);
        await owner.SignInAsync(person.Email);
        using var added = await owner.AddPasskeyAsync(authenticator);
        await person.ReadCodesAsync(added);
        Assert.Equal(10, person.RecoveryCodes.Count);
        Assert.Equal(1, await servers.Database.ScalarAsync<int>(
            "SELECT count(*)::int FROM mail_outbox WHERE account_id = $1 AND kind = 'PasskeyAdded'", person.Id));

        using var browser = await person.AtSecondStepAsync();
        using var signedIn = await browser.SignInByPasskeyAsync(authenticator, path: FactorPerson.Step);
        Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
        Assert.True(await FactorPerson.HasSessionAsync(browser));
        // Without a script, or without the device, there are the recovery codes.
        using var without = await person.AtSecondStepAsync();
        using var recovered = await FactorPerson.TypeCodeAsync(without, person.RecoveryCodes[0], recovery: true);
        Assert.Equal(HttpStatusCode.SeeOther, recovered.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData(
        """{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","""
        + """ "signature":"AA","userHandle":"AA"}}""")]
    public async Task What_is_no_answer_is_refused(string credential)
    {
        using var browser = new TestBrowser(servers.First);
        var form = await browser.PasskeyAsync(PasskeyPages.SignIn);
        using var answer = await form.PostAsync(browser, credential);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    // As somebody asks who says that this server has another name.
    private static async Task<JsonNode> AskAsync(TestBrowser browser, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Host = "evil.example";
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", "evil.example");
        using var page = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        return JsonNode.Parse((await page.PasskeyAsync()).Options)!;
    }

    private static async Task<List<TestForm>> RemovalsAsync(TestBrowser browser)
    {
        using var page = await browser.GetAsync(PasskeyPages.Own);
        using var document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync());
        return [.. document.QuerySelectorAll("form[action$='/passkeys/remove']").Select(form => new TestForm(
            form.GetAttribute("action")!,
            form.QuerySelectorAll("input[name]")
                .ToDictionary(input => input.GetAttribute("name")!, input => input.GetAttribute("value") ?? "")))];
    }

    private Task<int> CountAsync(FactorPerson person) =>
        servers.Database.ScalarAsync<int>(
            "SELECT count(*)::int FROM account_passkeys WHERE account_id = $1", person.Id);
}
