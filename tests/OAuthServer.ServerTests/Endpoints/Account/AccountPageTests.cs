using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Account;

/// <summary>Signing out, the apps that have access, and the address under which the password is changed.</summary>
public sealed class AccountPageTests(OwnServer own) : IClassFixture<OwnServer>
{
    private readonly TestServer _server = own.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Signing_out_ends_on_a_page_that_says_so()
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/sign-out"), "/account/sign-out");

        using var ended = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, ended.StatusCode);
        var html = await TextAsync(await browser.GetAsync(ended.Headers.Location!.OriginalString));

        Assert.Contains("You are signed out", html, StringComparison.Ordinal);
        Assert.Contains("href=\"/account/sign-in\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("type=\"password\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain(TestData.Email, html, StringComparison.Ordinal);
        // The form of another tab, or sent twice, ends there too.
        using var again = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(ended.Headers.Location, again.Headers.Location);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync("/account/connections")).StatusCode);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Who_was_not_signed_in_is_told_the_same(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), At("/account/sign-out"));
        using var answer = await _server.Http.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        if (method == "GET") Assert.Contains("You are signed out", await TextAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connected_apps_are_shown_with_what_they_may_do_in_words()
    {
        using var browser = new TestBrowser(_server);
        Assert.NotNull((await browser.AuthorizeAsync(new AuthorizationAsk().With("scope", "read write"))).Code);

        var html = await TextAsync(await browser.GetAsync("/account/connections"));

        Assert.Contains("See your notes", html, StringComparison.Ordinal);
        Assert.Contains("Write your notes", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<code>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("retired", "retired")]
    [InlineData("urn:example:old", "urn:example:old")]
    [InlineData("<b>", "&lt;b&gt;")]
    public async Task A_scope_without_words_is_named(string scope, string shown)
    {
        await _server.Database.ExecuteAsync(
            """
            INSERT INTO oauth_consents (user_id, client_id, resource, scopes)
            VALUES ($1, 'other-web', 'https://as.example.test/', ARRAY['read', $2])
            ON CONFLICT (user_id, client_id, resource) DO UPDATE SET scopes = excluded.scopes
            """,
            TestData.BobId, scope);
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync(TestData.OtherEmail);

        var html = await TextAsync(await browser.GetAsync("/account/connections"));

        Assert.Contains("See your notes", html, StringComparison.Ordinal);
        Assert.Contains($">{shown}</bdi>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, HttpStatusCode.SeeOther)]
    [InlineData(256, HttpStatusCode.SeeOther)]
    [InlineData(257, HttpStatusCode.BadRequest)]
    [InlineData(0, HttpStatusCode.BadRequest)]
    public async Task A_client_id_too_long_for_any_client_or_none_is_a_form_that_cannot_be_read(
        int length, HttpStatusCode expected)
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/sign-out"), "/account/sign-out");

        using var answer = await browser.PostAsync("/account/connections/withdraw", new Dictionary<string, string>
        {
            ["antiforgery"] = form.Fields["antiforgery"],
            ["client_id"] = new('c', length),
        });

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task The_newest_connection_comes_first()
    {
        await _server.Database.ExecuteAsync(
            """
            INSERT INTO oauth_consents (user_id, client_id, resource, scopes, granted_at)
            SELECT $1, client_id, 'https://as.example.test/', '{read}', now() - days * interval '1 day'
            FROM (VALUES ('demo-web', 2), ('demo-spa', 3), ('other-web', 1)) AS agreed (client_id, days)
            ON CONFLICT (user_id, client_id, resource) DO UPDATE SET granted_at = excluded.granted_at
            """,
            TestData.BobId);
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync(TestData.OtherEmail);

        var html = await TextAsync(await browser.GetAsync("/account/connections"));

        string[] order = ["other-web", "demo-web", "demo-spa"];
        Assert.Equal(order, order.OrderBy(client => html.IndexOf($"value=\"{client}\"", StringComparison.Ordinal)));
        Assert.All(order, client => Assert.Contains($"value=\"{client}\"", html, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET", "text/html")]
    [InlineData("HEAD", "text/html")]
    [InlineData("GET", "*/*")]
    [InlineData("GET", "application/json")]
    public async Task Password_managers_are_led_to_the_page(string method, string accept)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), At("/.well-known/change-password"));
        request.Headers.Add("Accept", accept);

        using var answer = await _server.Http.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/account/password", answer.Headers.Location!.OriginalString);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    /// <summary>W3C change-password-url: the address is at the root of the host, and a 404 has this status.</summary>
    [Fact]
    public async Task Below_a_path_of_the_issuer_the_address_stays_at_the_root()
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Database = _server.Database,
            Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = "https://as.example.test/tenant" },
        });

        using var answer = await server.Http.GetAsync(At("/.well-known/change-password"), Ct);
        using var below = await server.Http.GetAsync(At("/tenant/.well-known/change-password"), Ct);
        using var probe = await server.Http.GetAsync(
            At("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"), Ct);

        Assert.Equal("/tenant/account/password", answer.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.NotFound, below.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, probe.StatusCode);
    }

    private static Uri At(string path) => new(path, UriKind.Relative);

    private static async Task<string> TextAsync(HttpResponseMessage page)
    {
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        return await page.Content.ReadAsStringAsync(Ct);
    }
}
