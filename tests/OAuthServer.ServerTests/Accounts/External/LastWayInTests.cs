using System.Net;
using AngleSharp.Html.Parser;
using OAuthServer.ServerTests.Accounts.Factors;
using OAuthServer.ServerTests.Accounts.Passkeys;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.External;

/// <summary>The last way in cannot be removed: password, passkey or another provider.</summary>
public sealed class LastWayInTests(ExternalServers servers) : IClassFixture<ExternalServers>
{
    private const string Password = "/account/password/remove";

    [Fact, Row("PKY-07")]
    public async Task The_last_way_in_stays()
    {
        // The only passkey, the only provider, and the password where nothing else is left.
        var (passkeyPerson, passkeyBrowser) = await AddPasskeyAsync();
        await ForgetPasswordAsync(passkeyPerson);
        await IsRefusedAsync(passkeyBrowser, "/account/passkeys", "/account/passkeys/remove");
        var (loginPerson, loginBrowser) = await LinkAsync("only");
        await ForgetPasswordAsync(loginPerson);
        await IsRefusedAsync(loginBrowser, "/account/logins", "/account/logins/remove");
        var (passwordPerson, passwordBrowser) = await LinkAsync("left");
        var form = await FormAsync(passwordBrowser, "/account/password", Password);
        await servers.Database.ExecuteAsync("DELETE FROM account_logins WHERE subject = 'left'");
        using var refused = await passwordBrowser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("The password was not removed", await refused.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await WaysAsync(passwordPerson.Id));

        // A login of a provider that is not asked any more is no way in.
        await servers.Database.ExecuteAsync(
            "INSERT INTO account_logins (issuer, subject, account_id) VALUES ('https://gone.example', 'x', $1)",
            passwordPerson.Id);
        using var still = await passwordBrowser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.BadRequest, still.StatusCode);
        foreach (var browser in new[] { passkeyBrowser, loginBrowser, passwordBrowser }) browser.Dispose();

        await OneIsLeftAsync("/account/passkeys", "/account/passkeys/remove", "/account/password", Password);
        await OneIsLeftAsync("/account/logins", "/account/logins/remove", "/account/password", Password);
        await OneIsLeftAsync(
            "/account/logins", "/account/logins/remove", "/account/passkeys", "/account/passkeys/remove");
    }

    // Two removals at once on two instances.
    private async Task OneIsLeftAsync(string firstPage, string firstForm, string secondPage, string secondForm)
    {
        for (var round = 0; round < Effort.Rounds(2); round++)
        {
            var (person, browser) = firstPage == "/account/passkeys"
                ? await AddPasskeyAsync()
                : await LinkAsync($"pair-{secondPage}-{round}");
            if (secondPage == "/account/passkeys")
            {
                await AddPasskeyAsync(person, browser);
                await ForgetPasswordAsync(person);
            }

            Assert.Equal(2, await WaysAsync(person.Id));
            TestForm[] forms =
            [
                await FormAsync(browser, firstPage, firstForm), await FormAsync(browser, secondPage, secondForm),
            ];
            // Each with the cookies of before: of two, the second may find its session ended by the first.
            var cookies = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
            var answers = await Task.WhenAll(
                forms.Select((form, n) => SendAsync(n == 0 ? servers.First : servers.Second, form, cookies)));
            Assert.Equal(1, await WaysAsync(person.Id));
            Assert.Contains(answers, answer => answer == 303);
            browser.Dispose();
        }
    }

    [Fact]
    public async Task A_password_can_go_and_come_back_where_there_is_another_way_in()
    {
        var (person, browser) = await LinkAsync("free");
        using var elsewhere = new TestBrowser(servers.First);
        await elsewhere.SignInAsync(person.Email);
        var form = await FormAsync(browser, "/account/password", Password);
        using var removed = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal("/account/password", removed.Headers.Location?.OriginalString);
        Assert.True(await FactorPerson.HasSessionAsync(browser));
        Assert.False(await FactorPerson.HasSessionAsync(elsewhere));
        using var refused = await servers.AsTimePassesAsync(
            elsewhere.TypePasswordAsync(await elsewhere.GetAsync("/account/sign-in"), person.Email));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(
            await servers.AsTimePassesAsync(servers.Sink.AwaitAsync(person.Email, 2)),
            mail => mail.Text.Contains("has no password any more", StringComparison.Ordinal));

        const string chosen = "walrus lantern copper tide";
        var first = await FormAsync(browser, "/account/password", "/account/password");
        Assert.DoesNotContain("current", first.Fields.Keys);
        first.Fields["new"] = first.Fields["repeat"] = chosen;
        using var set = await browser.PostAsync(first.Action, first.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, set.StatusCode);
        await elsewhere.SignInAsync(person.Email, chosen);
        Assert.True(await FactorPerson.HasSessionAsync(elsewhere));
        browser.Dispose();
    }

    private async Task<(FactorPerson Person, TestBrowser Browser)> LinkAsync(string subject)
    {
        var person = await servers.PersonAsync();
        var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(person.Email);
        servers.Provider.Who = new Somebody(subject);
        using var linked = await browser.ComeFromAsync("google", ExternalWalks.Logins);
        Assert.Equal(person.Id, await servers.AccountOfAsync("google", subject));
        return (person, browser);
    }

    private async Task<(FactorPerson Person, TestBrowser Browser)> AddPasskeyAsync(
        FactorPerson? known = null, TestBrowser? signedIn = null)
    {
        var person = known ?? await servers.PersonAsync();
        var browser = signedIn ?? new TestBrowser(servers.First);
        if (signedIn is null) await browser.SignInAsync(person.Email);
        var authenticator = new SoftAuthenticator();
        using var added = await browser.AddPasskeyAsync(authenticator);
        using var raised = await browser.SignInByPasskeyAsync(
            authenticator, path: "/account/sign-in?reauthenticate=true");
        return (person, browser);
    }

    private async Task ForgetPasswordAsync(FactorPerson person) => await
        servers.Database.ExecuteAsync("UPDATE accounts SET password_hash = NULL WHERE id = $1", person.Id);

    private Task<int> WaysAsync(Guid account) => servers.Database.ScalarAsync<int>(
        "SELECT account_ways_in($1, ARRAY[$2])", account, servers.Provider.Issuer("google"));

    private static async Task IsRefusedAsync(TestBrowser browser, string page, string action)
    {
        var form = await FormAsync(browser, page, action);
        using var refused = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("Nothing was removed", await refused.TextAsync(), StringComparison.Ordinal);
        await FormAsync(browser, page, action);
    }

    private static async Task<TestForm> FormAsync(TestBrowser browser, string page, string action)
    {
        using var shown = await browser.GetAsync(page);
        using var document = await new HtmlParser()
            .ParseDocumentAsync(await shown.TextAsync(), TestContext.Current.CancellationToken);
        var form = document.QuerySelector($"form[action='{action}']")!;
        return new TestForm(
            action,
            form.QuerySelectorAll("input[name]")
                .ToDictionary(one => one.GetAttribute("name")!, one => one.GetAttribute("value") ?? ""));
    }

    private static async Task<int> SendAsync(TestServer server, TestForm form, string cookies)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(form.Action, UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(form.Fields),
        };
        request.Headers.Add("Cookie", cookies);
        using var answer = await server.Http.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
