using System.Net;
using AngleSharp.Html.Parser;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Account;

/// <summary>The page that leads to everything of the account, and the profile that a person writes.</summary>
public sealed class HubTests(OwnServer own) : IClassFixture<OwnServer>
{
    private readonly TestServer _server = own.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_of_the_account_is_one_tap_from_its_page_which_is_one_tap_from_everything()
    {
        using var browser = new TestBrowser(_server);
        Assert.StartsWith(
            "/account/sign-in?returnUrl=",
            (await browser.GetAsync("/account")).Headers.Location!.OriginalString,
            StringComparison.Ordinal);
        await browser.SignInAsync();

        var entries = await LinksAsync(await browser.GetAsync("/account"), ".entries a");

        Assert.Superset(
            new HashSet<string>
            {
                "/account/profile",
                "/account/password",
                "/account/sessions",
                "/account/connections",
            },
            entries.ToHashSet());
        foreach (var entry in entries)
        {
            using var page = await browser.GetAsync(entry);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Contains("/account", await LinksAsync(page, "header a"));
        }
    }

    [Fact]
    public async Task A_person_writes_the_profile_and_apps_that_may_see_it_do()
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();

        using var saved = await SaveAsync(browser, new()
        {
            ["name"] = " Alice <b> Ä ",
            ["birthdate"] = "1990",
            ["phone_number"] = "+4930901820",
            ["locality"] = "Berlin",
        });
        Assert.True(saved.StatusCode == HttpStatusCode.SeeOther, await saved.Content.ReadAsStringAsync(Ct));
        Assert.Equal("/account/profile?done=saved", saved.Headers.Location!.OriginalString);
        var form = await TestBrowser.FormAsync(
            await browser.GetAsync("/account/profile?done=saved"), "/account/profile");
        Assert.Equal(
            ("Alice <b> Ä", "1990", "Berlin", "Al"),
            (form.Fields["name"], form.Fields["birthdate"], form.Fields["locality"], form.Fields["nickname"]));
        var claims = (await _server.Database.ScalarAsync<string>("SELECT account_claims($1)::text", TestData.AliceId))!;
        Assert.Contains("\"name\": \"Alice <b> Ä\"", claims, StringComparison.Ordinal);
        Assert.Contains("\"phone_number_verified\": false", claims, StringComparison.Ordinal);
        Assert.Equal(
            "birthdate locality name phone_number phone_number_verified address_formatted"
                .Split(' ')
                .Order(StringComparer.Ordinal),
            (await DetailAsync()).Split(' '));

        using (await SaveAsync(browser, new() { ["birthdate"] = "", ["name"] = "Alice" })) { }
        Assert.DoesNotContain(
            "birthdate",
            (await _server.Database.ScalarAsync<string>("SELECT account_claims($1)::text", TestData.AliceId))!,
            StringComparison.Ordinal);
        Assert.Equal("birthdate name", await DetailAsync());
    }

    [Theory]
    [InlineData("birthdate", "yesterday", "Das Geburtsdatum muss aussehen wie")]
    [InlineData("website", "javascript:alert(1)", "Ein Link muss eine Webadresse sein")]
    [InlineData("phone_number", "0301234", "Die Telefonnummer muss mit +")]
    [InlineData("zoneinfo", "../etc", "Die Zeitzone muss ein Name sein")]
    [InlineData("locale", "<de>", "Die Sprache ist keine")]
    [InlineData("name", "501", "Ein Text ist zu lang")]
    public async Task What_no_profile_can_have_is_said_in_words_and_nothing_is_lost(
        string field, string value, string fault)
    {
        if (value == "501") value = new string('x', 501);
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync(TestData.OtherEmail);

        using var page = await SaveAsync(browser, new() { [field] = value, ["nickname"] = "Bobby" }, "?ui_locales=de");

        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        var html = await page.Content.ReadAsStringAsync(Ct);
        using var document = await new HtmlParser().ParseDocumentAsync(html);
        Assert.Contains(fault, document.QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("Bobby", document.QuerySelector("#nickname")!.GetAttribute("value"));
        Assert.Equal(0L, await _server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM account_profiles WHERE account_id = $1", TestData.BobId));
    }

    [Fact]
    public async Task The_language_of_the_profile_is_that_of_pages_in_this_browser()
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        using (await SaveAsync(browser, new() { ["locale"] = "de" })) { }
        Assert.Contains("<html lang=\"de\"", await TextAsync(browser, "/account"), StringComparison.Ordinal);
        Assert.Contains(
            "<html lang=\"en\"", await TextAsync(browser, "/account?ui_locales=en"), StringComparison.Ordinal);

        using (await SaveAsync(browser, new() { ["locale"] = "" })) { }
        Assert.Contains("<html lang=\"en\"", await TextAsync(browser, "/account"), StringComparison.Ordinal);
    }

    /// <summary>
    /// Before the person is known the browser decides; another person there gets the language of theirs.
    /// </summary>
    [Fact]
    public async Task The_language_of_the_profile_is_spoken_in_a_new_browser_from_the_sign_in_on()
    {
        await _server.Database.ExecuteAsync(
            "INSERT INTO account_profiles (account_id, locale) VALUES ($1, 'de-AT') ON CONFLICT (account_id) DO UPDATE "
                + "SET locale = excluded.locale",
            TestData.BobId);
        using var browser = new TestBrowser(_server);
        Assert.Contains("<html lang=\"en\"", await TextAsync(browser, "/account/sign-in"), StringComparison.Ordinal);
        await browser.SignInAsync("bob@example.com");
        Assert.Contains("<html lang=\"de\"", await TextAsync(browser, "/account"), StringComparison.Ordinal);
        Assert.Contains(
            "<html lang=\"en\"", await TextAsync(browser, "/account?ui_locales=en"), StringComparison.Ordinal);

        // One that there are no pages in leaves it to the browser.
        await _server.Database.ExecuteAsync(
            "UPDATE account_profiles SET locale = 'eo' WHERE account_id = $1", TestData.BobId);
        (await browser.TypePasswordAsync(
            await browser.GetAsync("/account/sign-in?reauthenticate=true"), "bob@example.com")).Dispose();
        Assert.Contains("<html lang=\"en\"", await TextAsync(browser, "/account"), StringComparison.Ordinal);
        await _server.Database.ExecuteAsync("DELETE FROM account_profiles WHERE account_id = $1", TestData.BobId);
    }

    private async Task<string> DetailAsync() => (await _server.Database.ScalarAsync<string>(
        "SELECT detail FROM oauth_audit_events WHERE event = 'profile_changed' AND pseudonym = pseudonym_of($1) "
            + "ORDER BY id DESC LIMIT 1", TestData.AliceId))!;

    private static async Task<HttpResponseMessage> SaveAsync(
        TestBrowser browser, Dictionary<string, string> values, string query = "")
    {
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/profile" + query), "/account/profile");
        foreach (var (field, value) in values) form.Fields[field] = value;
        var answer = await browser.PostAsync(form.Action, form.Fields);
        Assert.True((int)answer.StatusCode < 500, await answer.Content.ReadAsStringAsync(Ct));
        return answer;
    }

    private static async Task<string> TextAsync(TestBrowser browser, string path) =>
        await (await browser.GetAsync(path)).Content.ReadAsStringAsync(Ct);

    private static async Task<List<string>> LinksAsync(HttpResponseMessage page, string which)
    {
        using var document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync(Ct));
        return [.. document.QuerySelectorAll(which).Select(link => link.GetAttribute("href")!)];
    }
}
