using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Npgsql;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Pages;

/// <summary>What the consent page shows of an app beside its name, and what of it is refused at registration.</summary>
public sealed class AppAppearanceTests(OwnServer own) : IClassFixture<OwnServer>
{
    private readonly TestServer _server = own.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, Row("UI-14")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("http://app.example/policy")]
    [InlineData("//evil.example/x")]
    [InlineData("HTTPS://app.example/")]
    [InlineData("https://user@app.example/")]
    [InlineData("https://app.example:x/")]
    [InlineData("https:///x")]
    [InlineData("https://app.example/ x")]
    [InlineData("https://app.example/\"onclick=x")]
    public async Task Links_of_an_app_are_plain_https_links(string url)
    {
        foreach (var column in (string[])["client_uri", "policy_uri", "tos_uri", "logo_uri"])
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => SetAsync(TestData.OtherWeb, column, url));
            Assert.Equal($"{column}_is_a_plain_https_url", refused.ConstraintName);
        }

        await SetAsync(TestData.Web, "policy_uri", "https://app.example/policy?a=b&c=d#e");
        var links = (await ConsentAsync(page => page.QuerySelector(".app-links") is not null))
            .QuerySelectorAll(".app-links a")
            .ToList();
        Assert.Equal(
            ("https://app.example/policy?a=b&c=d#e", "noopener noreferrer", "Privacy policy"),
            (links[0].GetAttribute("href"), links[0].GetAttribute("rel"), links[0].TextContent));
    }

    [Fact]
    public async Task A_picture_is_shown_from_this_server_and_goes_with_its_row()
    {
        var picture = Pictures.Png();
        await LogoAsync(picture, "image/png");

        var source = (await ConsentAsync(page => page.QuerySelector("img.app-logo") is not null))
            .QuerySelector("img.app-logo")!.GetAttribute("src")!;
        Assert.Matches(@"^/account/app-logo\?v=[0-9a-f]{64}$", source);
        using (var answer = await _server.Http.GetAsync(new Uri(source, UriKind.Relative), Ct))
        {
            Assert.Equal(picture, await answer.Content.ReadAsByteArrayAsync(Ct));
            Assert.Equal(("image/png", "nosniff"), (
                answer.Content.Headers.ContentType?.MediaType,
                Assert.Single(answer.Headers.GetValues("X-Content-Type-Options"))));
            Assert.Contains(
                "sandbox",
                Assert.Single(answer.Headers.GetValues("Content-Security-Policy")),
                StringComparison.Ordinal);
            Assert.Equal(TimeSpan.FromDays(365), answer.Headers.CacheControl?.MaxAge);
        }

        await LogoAsync(Pictures.Png(32, 32), "image/png");
        await ConsentAsync(page => page.QuerySelector("img.app-logo")!.GetAttribute("src") != source);
        Assert.Equal(
            HttpStatusCode.NotFound, (await _server.Http.GetAsync(new Uri(source, UriKind.Relative), Ct)).StatusCode);

        await _server.Database.ExecuteAsync("DELETE FROM oauth_client_logos");
        await ConsentAsync(page => page.QuerySelector("img") is null);
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png")]
    [InlineData("<html>", "image/webp")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")]
    public async Task What_is_no_picture_is_refused_by_the_table(string content, string type)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => LogoAsync(System.Text.Encoding.UTF8.GetBytes(content), type));
        Assert.Equal("logo_is_png_jpeg_or_webp_by_its_bytes", refused.ConstraintName);
    }

    [Theory]
    [InlineData("/account/app-logo?v=x")]
    [InlineData("/account/app-logo?v=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/account/app-logo")]
    public async Task Another_picture_is_not_found(string path) =>
        Assert.Equal(
            HttpStatusCode.NotFound, (await _server.Http.GetAsync(new Uri(path, UriKind.Relative), Ct)).StatusCode);

    [Fact, Row("UI-16")]
    public async Task A_name_cannot_pose_as_another()
    {
        foreach (var hidden in (string[])["Ac\u202eme", "Ac\u200bme", "Ac\u2066me", "Ac\ufeffme"])
            Assert.Equal(
                "name_has_no_characters_that_hide_or_reorder",
                (await Assert.ThrowsAsync<PostgresException>(
                    () => SetAsync(TestData.Web, "name", hidden))).ConstraintName);

        Assert.Empty((await ConsentAsync()).QuerySelectorAll(".alert"));
        await SetAsync(TestData.Web, "name", "P\u0430ypal");
        var mixed = await ConsentAsync(page => page.QuerySelector(".alert") is not null);
        Assert.Contains(
            "several alphabets", Assert.Single(mixed.QuerySelectorAll(".alert")).TextContent, StringComparison.Ordinal);
        Assert.Equal(
            ("P\u0430ypal", "An app at c.example"),
            (mixed.QuerySelector("h1 bdi")!.TextContent, mixed.QuerySelector(".lead")!.TextContent));

        await SetAsync(TestData.Web, "name", "\u00c4cme Shop");
        await SetAsync(TestData.OtherWeb, "name", "\u00e4CME shop");
        await ConsentAsync(
            page => page.QuerySelector(".alert")?.TextContent.Contains("same name", StringComparison.Ordinal) == true);
        var lint = await new ClientsRunner(_server.Database).RunAsync("lint");
        Assert.Contains("client_name_shared", lint.Output, StringComparison.Ordinal);
        await SetAsync(TestData.Web, "name", "P\u0430ypal");
        Assert.Contains(
            "client_name_mixes_scripts",
            (await new ClientsRunner(_server.Database).RunAsync("lint")).Output,
            StringComparison.Ordinal);
        await SetAsync(TestData.Web, "name", "Demo Web");
    }

    [Fact]
    public async Task Words_of_APIs_and_scopes_are_in_the_language_of_the_page_else_the_default_ones()
    {
        await _server.Database.ExecuteAsync(
            "UPDATE oauth_resources SET names = '{\"de\": \"Notizen\", \"fr\": \"Carnet\"}', scopes = scopes || "
                + "'{\"read\": {\"default\": \"See your notes\", \"de\": \"Ihre Notizen ansehen\"}, \"write\": \"Write "
                + "your notes\"}' WHERE is_default");

        var german = (await ConsentAsync(
            page => page.Body!.TextContent.Contains("Notizen", StringComparison.Ordinal), "de-AT")).Body!.TextContent;
        Assert.Contains("Notizen", german, StringComparison.Ordinal);
        Assert.Contains("Ihre Notizen ansehen", german, StringComparison.Ordinal);
        Assert.Contains("Write your notes", german, StringComparison.Ordinal);
        var english = (await ConsentAsync(locales: "en")).Body!.TextContent;
        Assert.Contains("See your notes", english, StringComparison.Ordinal);
        Assert.DoesNotContain("Notizen", english, StringComparison.Ordinal);
    }

    // What a test wrote is heard within a second.
    private async Task<IDocument> ConsentAsync(Func<IDocument, bool>? shows = null, string? locales = null)
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        var ask = new AuthorizationAsk()
            .With("scope", "read write")
            .With("prompt", "consent")
            .With("ui_locales", locales);
        IDocument? document = null;
        await Eventually.BecomesTrue(async () =>
        {
            using var page = await browser.GetAsync(ask.Path);
            document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync(Ct));
            return shows?.Invoke(document) != false;
        }, TimeSpan.FromSeconds(10), "the page shows it");
        return document!;
    }

    private Task<int> SetAsync(string client, string column, string value) =>
        _server.Database.ExecuteAsync($"UPDATE oauth_clients SET {column} = $2 WHERE client_id = $1", client, value);

    private Task<int> LogoAsync(byte[] content, string type) => _server.Database.ExecuteAsync(
        "INSERT INTO oauth_client_logos (client_id, content, media_type) VALUES ($1, $2, $3) "
            + "ON CONFLICT (client_id) DO UPDATE SET content = excluded.content, media_type = excluded.media_type",
        TestData.Web, content, type);
}
