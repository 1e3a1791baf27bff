using System.Net;
using OAuthServer.ServerTests.Accounts.Factors;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.External;

/// <summary>
/// The session after a sign-in at another provider: how sure it is, how it ends, and what may be taken away.
/// </summary>
public sealed class ExternalSessionTests(ExternalServers servers) : IClassFixture<ExternalServers>
{
    private static readonly AuthorizationAsk TwoFactors = OpenIdAsks.For().With("acr_values", "2fa");

    [Fact, Row("EXT-07")]
    public async Task Their_levels_are_not_ours()
    {
        var claims = new Dictionary<string, object> { ["acr"] = "phr", ["amr"] = new[] { "hwk", "mfa", "pwd" } };
        var (plain, enrolled) = await LinkedAsync("google", "levels", claims);
        using (enrolled)
        {
            using var first = await plain.SignInAsAsync("google", OpenIdAsks.For());
            // The factor of the account is asked for, as after a password.
            Assert.StartsWith(FactorPerson.Step, first.Headers.Location?.OriginalString, StringComparison.Ordinal);
            Assert.False(await FactorPerson.HasSessionAsync(plain.Browser));
            using var coded = await FactorPerson.TypeCodeAsync(
                plain.Browser, plain.Person.Code(), page: first.Headers.Location!.OriginalString);
            var token = (await plain.Browser.TokensAsync(servers.First)).IdToken()!;
            Assert.Equal("2fa", token.GetPayloadValue<string>("acr"));
            Assert.Equal(["mfa", "otp"], token.GetPayloadValue<string[]>("amr").Order());
        }

        // Without one, our lowest level and nothing of theirs.
        servers.Provider.Who = new Somebody("lowest") { Claims = claims };
        using var lowest = new TestBrowser(servers.First);
        using var came = await lowest.ComeFromAsync("google");
        var low = (await lowest.TokensAsync(servers.First)).IdToken()!;
        Assert.Equal("1fa", low.GetPayloadValue<string>("acr"));
        Assert.False(low.TryGetPayloadValue<string[]>("amr", out _));
        using var asked = await lowest.GetAsync(TwoFactors.Path);
        Assert.StartsWith("/account/factors/app", asked.Headers.Location?.OriginalString, StringComparison.Ordinal);

        // Mapped, by either of the two.
        foreach (var (claim, value) in new (string, object)[] { ("acr", "phr"), ("amr", new[] { "hwk" }) })
        {
            servers.Provider.Who = new Somebody("mapped-" + claim) { Claims = new() { [claim] = value } };
            using var mapped = new TestBrowser(servers.First);
            using var sure = await mapped.ComeFromAsync("mapped");
            var token = (await mapped.TokensAsync(servers.First, TwoFactors)).IdToken()!;
            Assert.Equal("2fa", token.GetPayloadValue<string>("acr"));
            Assert.Equal(["mfa"], token.GetPayloadValue<string[]>("amr"));
        }
    }

    [Fact, Row("EXT-08")]
    public async Task Signing_out_says_how_far_it_goes()
    {
        servers.Provider.Who = new Somebody("leaver");
        using var browser = new TestBrowser(servers.First);
        using var came = await browser.ComeFromAsync("google");
        using var ended = await PostAsync(browser, "/account/sign-out", "/account/sign-out");
        Assert.Equal("/account/sign-out?from=google", ended.Headers.Location?.OriginalString);
        await SaysSoAsync(browser, await browser.GetAsync(ended.Headers.Location!.OriginalString));

        // The same when an app asks, with a hint and without.
        using var again = await browser.ComeFromAsync("google");
        var token = (await browser.TokensAsync(servers.First)).RawIdToken();
        await SaysSoAsync(browser, await browser.GetAsync("/oauth/logout?id_token_hint=" + token));
        using var third = await browser.ComeFromAsync("google");
        await SaysSoAsync(browser, await PostAsync(browser, "/oauth/logout", "/oauth/logout/confirm"));

        // Nobody is told that they are signed in elsewhere who is not.
        var person = await servers.PersonAsync();
        await browser.SignInAsync(person.Email);
        using var local = await PostAsync(browser, "/account/sign-out", "/account/sign-out");
        Assert.Equal("/account/sign-out", local.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_link_is_made_and_removed_after_a_recent_sign_in_with_a_notice()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(person.Email);
        servers.Provider.Who = new Somebody("mine") { Email = "mine@example.org" };
        servers.Clock.Advance(TimeSpan.FromMinutes(11));
        using var old = await browser.GetAsync(ExternalWalks.Logins);
        Assert.DoesNotContain("/account/logins/add", await old.TextAsync(), StringComparison.Ordinal);
        using var anew = await browser.TypePasswordAsync(
            await browser.GetAsync("/account/sign-in?reauthenticate=true"), person.Email);
        using var linked = await browser.ComeFromAsync("google", ExternalWalks.Logins);
        using var data = await browser.GetAsync("/account/data?download=true");
        using var page = await browser.GetAsync(ExternalWalks.Logins);
        Assert.Contains("mine@example.org", await page.TextAsync(), StringComparison.Ordinal);

        // Somebody else's cannot be linked a second time.
        using var other = new TestBrowser(servers.First);
        await other.SignInAsync((await servers.PersonAsync()).Email);
        using var taken = await other.ComeFromAsync("google", ExternalWalks.Logins);
        Assert.Equal(HttpStatusCode.BadRequest, taken.StatusCode);
        Assert.Equal(person.Id, await servers.AccountOfAsync("google", "mine"));

        using var removed = await browser.RemoveAsync(servers.Provider.Issuer("google"));
        Assert.Equal("/account/logins?done=removed", removed.Headers.Location?.OriginalString);
        Assert.Null(await servers.AccountOfAsync("google", "mine"));
        var mails = await servers.AsTimePassesAsync(servers.Sink.AwaitAsync(person.Email, 2));
        Assert.Contains(mails, mail => mail.Text.Contains("was linked to The google", StringComparison.Ordinal));
        Assert.Contains(
            mails, mail => mail.Text.Contains("not linked to The google any more", StringComparison.Ordinal));
        Assert.Equal(
            2,
            await servers.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE pseudonym = pseudonym_of($1) AND event "
                    + "IN ('login_added', 'login_removed') AND detail LIKE '%google'",
                person.Id));
    }

    [Fact]
    public async Task Download_and_deletion_include_the_links()
    {
        servers.Provider.Who = new Somebody("goner") { Email = "goner@example.org", EmailVerified = false };
        using var browser = new TestBrowser(servers.First);
        using var came = await browser.ComeFromAsync("google");
        var id = (await servers.AccountOfAsync("google", "goner"))!.Value;
        using var data = await PostAsync(browser, "/account/data", "/account/data");
        Assert.Contains("\"subject\": \"goner\"", await data.TextAsync(), StringComparison.Ordinal);

        using var page = await browser.GetAsync("/account/delete");
        var form = await TestBrowser.FormAsync(page, "/account/delete");
        form.Fields["sure"] = "true";
        using var deleted = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal("/account/delete?done=deleted", deleted.Headers.Location?.OriginalString);
        Assert.Equal(0, await servers.Database.ScalarAsync<long>("SELECT count(*) FROM accounts WHERE id = $1", id));
        Assert.Null(await servers.AccountOfAsync("google", "goner"));
    }

    [Fact]
    public async Task Whoever_is_asked_anew_is_asked_anew_there_too()
    {
        servers.Provider.Who = new Somebody("anew");
        using var browser = new TestBrowser(servers.First);
        using var came = await browser.ComeFromAsync("google");
        servers.Clock.Advance(TimeSpan.FromMinutes(30));
        var before = servers.Clock.GetUtcNow().ToUnixTimeSeconds() - 1800;
        servers.Provider.Who = new Somebody("anew") { Claims = new() { ["auth_time"] = before } };
        using var refused = await browser.ComeFromAsync("google", "/account/sign-in?reauthenticate=true");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.True(servers.Provider.Asked.TryPeek(out var asked) && asked["max_age"] == "0");
        servers.Provider.Who = new Somebody("anew") { Claims = new() { ["auth_time"] = before + 1800 } };
        using var fresh = await browser.ComeFromAsync("google", "/account/sign-in?reauthenticate=true");
        Assert.Equal(HttpStatusCode.SeeOther, fresh.StatusCode);
    }

    private static async Task<HttpResponseMessage> PostAsync(TestBrowser browser, string page, string action)
    {
        using var shown = await browser.GetAsync(page);
        var form = await TestBrowser.FormAsync(shown, action);
        return await browser.PostAsync(form.Action, form.Fields);
    }

    private static async Task SaysSoAsync(TestBrowser browser, HttpResponseMessage page)
    {
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("You are still signed in at The google", await page.TextAsync(), StringComparison.Ordinal);
        Assert.False(await FactorPerson.HasSessionAsync(browser));
    }

    // Somebody with an app whose account is linked, and a browser in which nobody is signed in.
    private async Task<(Walker Walker, TestBrowser Enrolled)> LinkedAsync(
        string provider, string subject, Dictionary<string, object> claims)
    {
        var person = await servers.PersonAsync();
        var enrolled = await person.EnrolledAsync();
        servers.Provider.Who = new Somebody(subject) { Claims = claims };
        using var linked = await enrolled.ComeFromAsync(provider, ExternalWalks.Logins);
        Assert.Equal(person.Id, await servers.AccountOfAsync(provider, subject));
        return (new Walker(person, new TestBrowser(servers.First)), enrolled);
    }

    private sealed record Walker(FactorPerson Person, TestBrowser Browser)
    {
        public async Task<HttpResponseMessage> SignInAsAsync(string provider, AuthorizationAsk ask)
        {
            using var start = await Browser.GetAsync(ask.Path);
            return await Browser.ComeFromAsync(provider, start.Headers.Location!.OriginalString);
        }
    }
}
