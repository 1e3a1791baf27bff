using System.Net;
using OAuthServer.ServerTests.Accounts.Factors;
using OAuthServer.ServerTests.Accounts.Passkeys;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.External;

/// <summary>What comes back from another provider is checked, and its troubles are its own.</summary>
public sealed class UpstreamAnswerTests(ExternalServers servers) : IClassFixture<ExternalServers>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact, Row("EXT-05")]
    public async Task Answers_are_checked_as_we_tell_our_clients_to()
    {
        (string Provider, Somebody Who)[] wrong =
        [
            ("google", new("a") { WrongParameters = new() { ["iss"] = servers.Provider.Issuer("other") } }),
            ("strict", new("b") { WrongParameters = new() { ["iss"] = null } }),
            ("google", new("c") { WrongClaims = new() { ["iss"] = servers.Provider.Issuer("other") } }),
            ("google", new("d") { WrongClaims = new() { ["iss"] = servers.Provider.Issuer("google") + "/" } }),
            ("google", new("e") { WrongClaims = new() { ["aud"] = "somebody else" } }),
            ("google", new("f") { WrongClaims = new() { ["nonce"] = "another" } }),
            ("google", new("g")
            {
                WrongClaims = new() { ["exp"] = servers.Clock.GetUtcNow().ToUnixTimeSeconds() - 120 },
            }),
            ("google", new("h") { WrongKey = true }),
            ("google", new("i") { WrongParameters = new() { ["state"] = "another" } }),
            ("google", new("j") { WrongParameters = new() { ["state"] = null } }),
            ("google", new("k") { WrongParameters = new() { ["code"] = "of another provider" } }),
            ("google", new(new string('l', 256))),
        ];
        foreach (var (provider, who) in wrong)
        {
            servers.Provider.Who = who;
            using var browser = new TestBrowser(servers.First);
            var path = await ExternalWalks.AnswerAsync(await browser.PressAsync(provider));
            using var refused = await browser.GetAsync(path);
            Assert.True(refused.StatusCode == HttpStatusCode.BadRequest, $"{who.Subject}: {refused.StatusCode}");
            using var again = await browser.GetAsync(path);
            Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
            Assert.False(await FactorPerson.HasSessionAsync(browser));
            Assert.Null(await servers.AccountOfAsync(provider, who.Subject));
        }

        // The code of another provider with our state for this one; and a right answer, which counts once.
        servers.Provider.Who = new Somebody("right");
        using var person = new TestBrowser(servers.First);
        var (own, others) = (
            await ExternalWalks.AnswerAsync(await person.PressAsync("google")),
            await ExternalWalks.AnswerAsync(await person.PressAsync("other")));
        using var mixed = await person.GetAsync(own.Replace(CodeOf(own), CodeOf(others), StringComparison.Ordinal));
        Assert.Equal(
            (HttpStatusCode.BadRequest, false), (mixed.StatusCode, await FactorPerson.HasSessionAsync(person)));
        using var right = await person.GetAsync(others);
        using var twice = await person.GetAsync(others);
        Assert.Equal((HttpStatusCode.SeeOther, HttpStatusCode.BadRequest), (right.StatusCode, twice.StatusCode));

        Assert.All(servers.Provider.Asked, asked =>
        {
            Assert.Equal(("S256", 43), (asked["code_challenge_method"], asked["code_challenge"].Length));
            Assert.True(asked["state"].Length > 20 && asked["nonce"].Length > 20);
            Assert.Equal(("code", "us"), (asked["response_type"], asked["client_id"]));
        });
    }

    [Fact]
    public async Task An_answer_counts_once_in_its_own_browser_at_its_own_provider()
    {
        servers.Provider.Who = new Somebody("once");
        using var first = new CollectedMetrics(servers.First);
        using var second = new CollectedMetrics(servers.Second);
        using var browser = new TestBrowser(servers.First);
        var path = await ExternalWalks.AnswerAsync(await browser.PressAsync("google"));
        // In another browser, and at the address of another provider.
        using var thief = new TestBrowser(servers.First);
        using var stolen = await thief.GetAsync(path);
        using var mixed = await browser.GetAsync(path.Replace("/google/", "/other/", StringComparison.Ordinal));
        using var doubled = await browser.GetAsync(path + "&code=another");
        Assert.All([stolen, mixed, doubled], refused => Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode));
        Assert.Equal((3, 0), (Counted("external_refused"), Counted("external_used_before")));

        // Twenty at once on two instances, with the cookies of before.
        var before = servers.Provider.Redemptions;
        var cookies = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async n =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            request.Headers.Add("Cookie", cookies);
            using var answer = await (n % 2 == 0 ? servers.First : servers.Second).Http.SendAsync(request);
            return (int)answer.StatusCode;
        }));
        Assert.Equal((1, 19), (answers.Count(status => status == 303), answers.Count(status => status == 400)));
        Assert.Equal(1, servers.Provider.Redemptions - before);
        Assert.Equal((3, 19), (Counted("external_refused"), Counted("external_used_before")));

        int Counted(string reason) =>
            first.All.Concat(second.All).Count(one => one.Instrument == "oauth.server.requests"
                && one.Tags.Split(' ').Contains("oauth.reason=" + reason));
    }

    [Fact]
    public async Task An_answer_that_took_too_long_is_none()
    {
        servers.Provider.Who = new Somebody("late");
        using var browser = new TestBrowser(servers.First);
        var path = await ExternalWalks.AnswerAsync(await browser.PressAsync("google"));
        servers.Clock.Advance(TimeSpan.FromMinutes(10));
        using var refused = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Null(await servers.AccountOfAsync("google", "late"));
    }

    [Fact, Row("EXT-06")]
    public async Task A_provider_that_is_down_takes_nothing_with_it()
    {
        var ask = OpenIdAsks.For();
        (string Provider, string Path, Trouble Trouble)[] troubles =
        [
            ("away-discovery", ".well-known/openid-configuration", Trouble.Refuses),
            ("slow-discovery", ".well-known/openid-configuration", Trouble.Hangs),
            ("ill-discovery", ".well-known/openid-configuration", Trouble.Fails),
            ("away-keys", "keys", Trouble.Refuses),
            ("slow-keys", "keys", Trouble.Hangs),
            ("ill-keys", "keys", Trouble.Fails),
            ("liar", "nothing", Trouble.None),
        ];
        foreach (var (provider, path, trouble) in troubles) servers.Provider.Troubles[$"{provider}/{path}"] = trouble;
        var began = TimeProvider.System.GetTimestamp();
        var pages = await Task.WhenAll(troubles.Select(async trouble =>
        {
            var browser = new TestBrowser(servers.First);
            using var start = await browser.GetAsync(ask.Path);
            return (
                Browser: browser,
                Answer: await browser.PressAsync(trouble.Provider, start.Headers.Location!.OriginalString));
        }));
        Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit);
        var owner = await servers.PersonAsync();
        var authenticator = new SoftAuthenticator();
        using var home = new TestBrowser(servers.First);
        await home.SignInAsync(owner.Email);
        using var added = await home.AddPasskeyAsync(authenticator);
        var form = await pages[0].Answer.PasskeyAsync();
        using var byPasskey = await form.PostAsync(pages[0].Browser, authenticator.Get(form.Options));
        Assert.StartsWith("/oauth/authorize?", byPasskey.Headers.Location?.OriginalString, StringComparison.Ordinal);
        foreach (var (browser, answer) in pages)
            await IsSignInPageAsync(browser, answer, HttpStatusCode.ServiceUnavailable);

        // At the token endpoint, and a provider that says it by itself.
        foreach (var trouble in new[] { Trouble.Refuses, Trouble.Hangs, Trouble.Fails })
        {
            servers.Provider.Troubles["google/token"] = trouble;
            began = TimeProvider.System.GetTimestamp();
            await ComesBackAsync(ask, new Somebody("down"), HttpStatusCode.ServiceUnavailable);
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit);
        }

        servers.Provider.Troubles.Clear();
        await ComesBackAsync(
            ask,
            new Somebody("ill") { WrongParameters = new() { ["error"] = "temporarily_unavailable", ["code"] = null } },
            HttpStatusCode.ServiceUnavailable);
        await ComesBackAsync(ask, new Somebody("back") { GoesBack = true }, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_provider_that_is_back_is_asked_again()
    {
        servers.Provider.Troubles["away-discovery/.well-known/openid-configuration"] = Trouble.Fails;
        using var browser = new TestBrowser(servers.Second);
        using var away = await browser.PressAsync("away-discovery");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        servers.Provider.Troubles.Clear();
        servers.Provider.Who = new Somebody("patient");
        using var came = await browser.ComeFromAsync("away-discovery");
        Assert.Equal(HttpStatusCode.SeeOther, came.StatusCode);
    }

    private static string CodeOf(string path) => path.Split("code=")[1].Split('&')[0];

    private async Task ComesBackAsync(AuthorizationAsk ask, Somebody who, HttpStatusCode status)
    {
        servers.Provider.Who = who;
        var browser = new TestBrowser(servers.First);
        using var start = await browser.GetAsync(ask.Path);
        var answer = await browser.ComeFromAsync("google", start.Headers.Location!.OriginalString);
        await IsSignInPageAsync(browser, answer, status);
    }

    // A plain notice, the request in hand, and the password works.
    private async Task IsSignInPageAsync(TestBrowser browser, HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(status == HttpStatusCode.ServiceUnavailable, answer.Headers.RetryAfter is not null);
        var html = await answer.TextAsync();
        Assert.Contains(
            status == HttpStatusCode.OK ? "without going on there" : "cannot be reached at the moment",
            html,
            StringComparison.Ordinal);
        var person = await servers.PersonAsync();
        using var signedIn = await browser.TypePasswordAsync(answer, person.Email);
        Assert.StartsWith("/oauth/authorize?", signedIn.Headers.Location?.OriginalString, StringComparison.Ordinal);
        browser.Dispose();
    }
}
