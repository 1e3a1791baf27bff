using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.ServerTests.Accounts.Factors;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Admin;

/// <summary>Servers with the operators' site.</summary>
public sealed class OperatorSite : FactorServers
{
    public const string Client = "operators-site";

    protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Management:Url"] = "http://127.0.0.1:0",
        ["Management:SiteClient"] = Client,
        ["RateLimiting:Admin:PermitLimit"] = "1000000",
    };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes, grant_types,
                may_administer)
            VALUES ($1, 'Site', 'native', '{http://127.0.0.1/admin/signed-in}', string_to_array($2, ' '),
                '{authorization_code}', true)
            """,
            Client, string.Join(' ', OAuthServer.Protocol.AdminScopes.All));
    }

    /// <summary>A browser at the management port.</summary>
    public TestBrowser Browser(bool onSecond = false)
    {
        using var port = AdminServer.PortOf(onSecond ? Second : First);
        return new TestBrowser(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }, port.BaseAddress!);
    }

    /// <summary>An operator who is signed in at the server, with a second factor, and at the site.</summary>
    public async Task<(FactorPerson Person, TestBrowser Site, TestBrowser Server)> SignedInAsync(string ask = "/admin")
    {
        var person = await PersonAsync();
        await Database.ExecuteAsync("INSERT INTO operators (account_id) VALUES ($1)", person.Id);
        using (await person.EnrolledAsync())
        {
        }

        var server = await person.SignedInAsync();
        var site = Browser();
        using var home = await SignInAsync(site, server, ask);
        Assert.Equal((HttpStatusCode.SeeOther, ask), (home.StatusCode, home.Headers.Location!.OriginalString));
        return (person, site, server);
    }

    /// <summary>
    /// From a page of the site through the authorization endpoint and back; the answer of the way back.
    /// </summary>
    public static async Task<HttpResponseMessage> SignInAsync(TestBrowser site, TestBrowser server, string ask)
    {
        using var asked = await site.GetAsync(ask);
        Assert.Equal($"/admin/sign-in?return={Uri.EscapeDataString(ask)}", asked.Headers.Location?.OriginalString);
        using var sent = await site.GetAsync(asked.Headers.Location!.OriginalString);
        Assert.StartsWith(
            $"{TestServer.Issuer}/oauth/authorize?", sent.Headers.Location!.OriginalString, StringComparison.Ordinal);
        var back = await AuthorizeAsync(server, sent.Headers.Location.PathAndQuery);
        return await site.GetAsync(new Uri(back).PathAndQuery);
    }

    public static async Task<string> AuthorizeAsync(TestBrowser server, string path)
    {
        var answer = await server.GetAsync(path);
        while (answer.Headers.Location is null) answer = await server.DecideAsync(answer, "allow");
        return answer.Headers.Location.OriginalString;
    }

    public static async Task<IHtmlDocument> PageAsync(
        TestBrowser site, string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await site.GetAsync(path);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{path}: {(int)answer.StatusCode} {answer.Headers.Location} {html}");
        return await new HtmlParser().ParseDocumentAsync(html);
    }

    /// <summary>Sends a form of a page.</summary>
    public static async Task<HttpResponseMessage> SendAsync(TestBrowser site, string page, string action)
    {
        using var shown = await site.GetAsync(page);
        var form = await TestBrowser.FormAsync(shown, action);
        return await site.PostAsync(form.Action, form.Fields);
    }
}

/// <summary>The operators' site.</summary>
public sealed class OperatorSiteTests(OperatorSite site) : IClassFixture<OperatorSite>
{
    private static readonly string[] Pages =
    [
        "/admin",
        "/admin/clients",
        "/admin/clients/demo-web",
        "/admin/people?email=alice",
        "/admin/events?event=code_issued",
        "/admin/keys",
        "/admin/why?id=unknown",
    ];

    [Fact]
    public async Task An_operator_signs_in_by_the_servers_own_flow_and_sees_every_page()
    {
        var (_, browser, server) = await site.SignedInAsync("/admin/clients/demo-web");
        using var one = browser;
        using var two = server;
        foreach (var path in Pages)
        {
            using var answer = await browser.GetAsync(path);
            Assert.True(
                answer.StatusCode == HttpStatusCode.OK,
                $"{path} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
            Assert.StartsWith(
                "default-src 'none'; style-src 'self'",
                answer.Headers.GetValues("Content-Security-Policy").Single(),
                StringComparison.Ordinal);
            Assert.DoesNotContain(
                "script-src", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.True(answer.Headers.CacheControl!.NoStore);
            Assert.DoesNotContain(
                "<script",
                await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/admin/site.css")).StatusCode);
        Assert.Contains(
            "HttpOnly",
            browser.SetCookies.Single(
                cookie => cookie.StartsWith("oauthserver-operator=", StringComparison.OrdinalIgnoreCase)),
            StringComparison.OrdinalIgnoreCase);
        var nowhere = await OperatorSite.PageAsync(browser, "/admin/nowhere", HttpStatusCode.NotFound);
        Assert.Equal("/admin", nowhere.QuerySelector("main a")!.GetAttribute("href"));
        await OperatorSite.PageAsync(browser, "/admin/sign-out", HttpStatusCode.MethodNotAllowed);
        Assert.Equal(
            "application/json", (await browser.GetAsync("/admin/api/nowhere")).Content.Headers.ContentType!.MediaType);
        // Nothing of it is at the public port.
        foreach (var path in Pages) Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync(path)).StatusCode);
    }

    /// <summary>As at the API: the row, the factors and the age of the sign-in are asked for at every page.</summary>
    [Fact]
    public async Task Whoever_is_no_operator_any_more_sees_nothing()
    {
        var (person, browser, server) = await site.SignedInAsync();
        using var one = browser;
        using var two = server;
        await site.Database.ExecuteAsync("DELETE FROM operators WHERE account_id = $1", person.Id);
        var refused = await OperatorSite.PageAsync(browser, "/admin/clients", HttpStatusCode.Forbidden);
        Assert.DoesNotContain("demo-web", refused.Body!.TextContent, StringComparison.Ordinal);

        await site.Database.ExecuteAsync("INSERT INTO operators (account_id) VALUES ($1)", person.Id);
        await OperatorSite.PageAsync(browser, "/admin/clients");
        site.Clock.Advance(TimeSpan.FromMinutes(61));
        using var old = await browser.GetAsync("/admin/clients");
        Assert.StartsWith("/admin/sign-in?", old.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_who_is_no_operator_is_told_so_after_signing_in()
    {
        var person = await site.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var server = await person.SignedInAsync();
        using var browser = site.Browser();
        using var answer = await OperatorSite.SignInAsync(browser, server, "/admin");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.DoesNotContain(browser.Cookies.Keys, name => name == "oauthserver-operator");
    }

    /// <summary>Login CSRF: an answer counts in the browser that asked, once, and is of this server.</summary>
    [Fact]
    public async Task An_answer_that_this_browser_did_not_ask_for_signs_nobody_in()
    {
        var (_, browser, server) = await site.SignedInAsync();
        using var one = browser;
        using var two = server;
        using var victim = site.Browser();
        using var sent = await browser.GetAsync("/admin/sign-in");
        var back = new Uri(await OperatorSite.AuthorizeAsync(server, sent.Headers.Location!.PathAndQuery)).PathAndQuery;
        using var begun = await victim.GetAsync("/admin/sign-in");
        foreach (var path in new[] { back, "/admin/signed-in", "/admin/signed-in?code=x&state=y" })
        {
            using var answer = await victim.GetAsync(path);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        Assert.DoesNotContain(victim.Cookies.Keys, name => name == "oauthserver-operator");
    }

    [Theory]
    [InlineData("https://evil.example/"), InlineData(
        "//evil.example"), InlineData("/admin\\evil"), InlineData("/adminevil"), InlineData("/admin/sign-in")]
    public async Task The_way_back_leads_to_the_site_alone(string to)
    {
        var (_, browser, server) = await site.SignedInAsync();
        using var one = browser;
        using var two = server;
        using var sent = await browser.GetAsync($"/admin/sign-in?return={Uri.EscapeDataString(to)}");
        using var answer = await browser.GetAsync(
            new Uri(await OperatorSite.AuthorizeAsync(server, sent.Headers.Location!.PathAndQuery)).PathAndQuery);
        Assert.Equal("/admin", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task An_app_is_disabled_and_its_secret_is_shown_once()
    {
        var (person, browser, server) = await site.SignedInAsync();
        using var one = browser;
        using var two = server;
        const string app = "/admin/clients/demo-web";
        using var rotated = await OperatorSite.SendAsync(browser, app, $"{app}/rotate-secret");
        var page = await new HtmlParser()
            .ParseDocumentAsync(await rotated.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var secret = page.QuerySelector("code.secret")!.TextContent;
        Assert.Equal(43, secret.Length);
        Assert.Null((await OperatorSite.PageAsync(browser, app)).QuerySelector("code.secret"));

        using var disabled = await OperatorSite.SendAsync(browser, app, $"{app}/disable");
        Assert.Equal($"{app}?done=disabled", disabled.Headers.Location!.OriginalString);
        Assert.NotNull((await OperatorSite.PageAsync(browser, $"{app}?done=disabled")).QuerySelector("[role=status]"));
        using var enabled = await OperatorSite.SendAsync(browser, app, $"{app}/enable");
        Assert.Equal(HttpStatusCode.SeeOther, enabled.StatusCode);
        var rows = await site.Database.QueryAsync(
            "SELECT event, (SELECT id FROM accounts WHERE accounts.pseudonym = e.pseudonym) AS user_id "
                + "FROM oauth_audit_events e WHERE client_id = 'demo-web' AND detail LIKE '%operators-site%' ORDER BY "
                + "id");
        Assert.Equal(["client_secret_rotated", "client_disabled", "client_enabled"], rows.Select(row => row["event"]));
        Assert.All(rows, row => Assert.Equal(person.Id, row["user_id"]));
    }

    [Fact]
    public async Task A_person_is_helped()
    {
        var (_, browser, server) = await site.SignedInAsync();
        using var one = browser;
        using var two = server;
        var person = await site.PersonAsync();
        using var theirs = new TestBrowser(site.First);
        await theirs.SignInAsync(person.Email);
        var path = $"/admin/people/{person.Id}";
        var found = await OperatorSite.PageAsync(
            browser, $"/admin/people?email={Uri.EscapeDataString(person.Email.ToUpperInvariant())}");
        Assert.Equal(path, Assert.Single(found.QuerySelectorAll(".entries a")).GetAttribute("href"));

        var session = await site.Database.ScalarAsync<Guid>(
            "SELECT id FROM account_sessions WHERE user_id = $1", person.Id);
        foreach (var (change, done) in new[]
        {
            ($"sessions/{session}/end", "ended"),
            ("unlock", "unlocked"),
            ("mail-link", "mailed"),
            ("sign-out", "signed-out"),
            ("remove-factors", "factors"),
        })
        {
            using var answer = await OperatorSite.SendAsync(browser, path, $"{path}/{change}");
            Assert.True(
                answer.Headers.Location?.OriginalString == $"{path}?done={done}",
                $"{change}: {(int)answer.StatusCode}");
            Assert.NotNull(
                (await OperatorSite.PageAsync(browser, $"{path}?done={done}")).QuerySelector("[role=status]"));
        }

        using var made = await OperatorSite.SendAsync(browser, path, $"{path}/new-password");
        var shown = await new HtmlParser()
            .ParseDocumentAsync(await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using (var again = new TestBrowser(site.First))
            await again.SignInAsync(person.Email, shown.QuerySelector("code.secret")!.TextContent);
        using var disabled = await OperatorSite.SendAsync(browser, path, $"{path}/disable");
        Assert.False(await FactorPerson.HasSessionAsync(theirs));
        using var enabled = await OperatorSite.SendAsync(browser, path, $"{path}/enable");
        Assert.Equal(HttpStatusCode.SeeOther, enabled.StatusCode);
    }

    /// <summary>Somebody changed it in between: nothing is done, and the page shows how it is.</summary>
    [Fact]
    public async Task A_form_of_a_state_that_is_over_changes_nothing()
    {
        var (_, browser, server) = await site.SignedInAsync();
        using var one = browser;
        using var two = server;
        var person = await site.PersonAsync();
        var path = $"/admin/people/{person.Id}";
        using var page = await browser.GetAsync(path);
        var form = await TestBrowser.FormAsync(page, $"{path}/disable");
        await site.Database.ExecuteAsync("UPDATE accounts SET concurrency_stamp = 'another' WHERE id = $1", person.Id);
        using var answer = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode);
        Assert.True(
            await site.Database.ScalarAsync<bool>("SELECT disabled_at IS NULL FROM accounts WHERE id = $1", person.Id));
    }

    [Fact]
    public async Task Another_operator_and_an_app_that_administers_have_no_buttons_and_no_form_changes_them()
    {
        var (_, browser, server) = await site.SignedInAsync();
        using var one = browser;
        using var two = server;
        var (other, otherBrowser, otherServer) = await site.SignedInAsync();
        using var three = otherBrowser;
        using var four = otherServer;
        var path = $"/admin/people/{other.Id}";
        Assert.Empty((await OperatorSite.PageAsync(browser, path)).QuerySelectorAll("main form"));
        Assert.Empty((await OperatorSite.PageAsync(browser, $"/admin/clients/{OperatorSite.Client}"))
            .QuerySelectorAll("main form"));

        var own = $"/admin/people/{(await site.PersonAsync()).Id}";
        using var page = await browser.GetAsync(own);
        var fields = (await TestBrowser.FormAsync(page, $"{own}/unlock")).Fields;
        fields.Remove("tag");
        foreach (var change in new[] { "disable", "new-password", "mail-link", "remove-factors", "sign-out" })
        {
            using var refused = await browser.PostAsync($"{path}/{change}", fields);
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        }

        using var client = await browser.PostAsync($"/admin/clients/{OperatorSite.Client}/disable", fields);
        Assert.Equal(HttpStatusCode.Conflict, client.StatusCode);
        await OperatorSite.PageAsync(otherBrowser, "/admin");
    }

    /// <summary>CSRF: without the field of this sign-in, or with that of another, nothing is done.</summary>
    [Fact]
    public async Task A_form_is_tied_to_the_sign_in_that_it_was_given_to()
    {
        var (_, browser, server) = await site.SignedInAsync();
        using var one = browser;
        using var two = server;
        var (_, otherBrowser, otherServer) = await site.SignedInAsync();
        using var three = otherBrowser;
        using var four = otherServer;
        const string path = "/admin/clients/demo-spa/disable";
        using var page = await otherBrowser.GetAsync("/admin/clients/demo-spa");
        var theirs = (await TestBrowser.FormAsync(page, path)).Fields;
        foreach (var fields in new[] { [], new() { ["antiforgery"] = "x" }, theirs })
        {
            using var answer = await browser.PostAsync(path, fields);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        // Forms of pages that send no referrer have the origin null; the browser says whose page it was.
        foreach (var (origin, fetched, status) in new[]
        {
            ("https://evil.example", "cross-site", 403),
            ("null", "cross-site", 403),
            ("null", "same-site", 403),
            ("null", "same-origin", 400),
        })
        {
            using var foreign = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new FormUrlEncodedContent([]),
                Headers = { { "Origin", origin }, { "Sec-Fetch-Site", fetched } },
            };
            using var refused = await otherBrowser.SendAsync(foreign);
            Assert.Equal(status, (int)refused.StatusCode);
        }

        Assert.True(await site.Database.ScalarAsync<bool>(
            "SELECT disabled_at IS NULL FROM oauth_clients WHERE client_id = 'demo-spa'"));
    }

    [Fact]
    public async Task A_reference_says_why_and_one_that_is_not_on_record_says_where_to_look()
    {
        var (_, browser, server) = await site.SignedInAsync();
        using var one = browser;
        using var two = server;
        var refused = await site.First.RefreshAsync("unknown");
        var reference = refused.Headers.GetValues("X-Correlation-Id").Single();
        var found = await OperatorSite.PageAsync(browser, $"/admin/why?id={reference}");
        Assert.Contains("refresh_token_unknown", found.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains(found.QuerySelectorAll("a"), link => link.GetAttribute("href") == "/admin/clients/demo-web");
        var nothing = await OperatorSite.PageAsync(browser, "/admin/why?id=0123456789abcdef0123456789abcdef");
        Assert.Contains("CorrelationId", nothing.QuerySelector(".empty")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_sign_in_of_the_site()
    {
        var (_, browser, server) = await site.SignedInAsync();
        using var one = browser;
        using var two = server;
        using var answer = await OperatorSite.SendAsync(browser, "/admin", "/admin/sign-out");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var after = await browser.GetAsync("/admin");
        Assert.Equal(HttpStatusCode.SeeOther, after.StatusCode);
    }

    [Theory]
    [InlineData("/admin/clients?after=%00"), InlineData(
        "/admin/people?email=%00"), InlineData(
            "/admin/people?email=%ED%A0%80"), InlineData(
                "/admin/why?id=%01"), InlineData(
                    "/admin/clients/%ff"), InlineData(
                        "/admin/people/x"), InlineData("/admin/events?user_id=x"), InlineData(
                            "/admin/events?colour=red"), InlineData("/admin/events?since=yesterday")]
    public async Task Whatever_is_asked_is_no_fault_of_the_server(string path)
    {
        var (_, browser, server) = await site.SignedInAsync();
        using var one = browser;
        using var two = server;
        using var answer = await browser.GetAsync(path);
        Assert.True((int)answer.StatusCode < 500, $"{(int)answer.StatusCode}");
        using var posted = await browser.PostAsync(path, [new("antiforgery", "\u0001")]);
        Assert.True((int)posted.StatusCode < 500, $"{(int)posted.StatusCode}");
    }

    [Fact]
    public async Task A_site_whose_client_is_not_there_says_so()
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Database = site.Database,
            Settings = new Dictionary<string, string?>
            {
                ["Management:Url"] = "http://127.0.0.1:0",
                ["Management:SiteClient"] = "demo-spa",
            },
            Services = services => services.AddSingleton<TimeProvider>(site.Clock),
        });
        using var port = AdminServer.PortOf(server);
        using var answer = await port.GetAsync(
            new Uri("/admin/sign-in", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }
}
