using System.Globalization;
using System.Net;
using System.Text.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Pages;

/// <summary>Pages of a company's own, with its words and in a language that it added.</summary>
public sealed class BrandTests(BrandTests.Branded own) : IClassFixture<BrandTests.Branded>
{
    private readonly TestServer _server = own.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_page_is_the_companys()
    {
        foreach (var path in (string[])["/account/sign-in", "/nowhere", "/oauth/authorize?client_id=nobody"])
        {
            var page = await PageAsync(path, "en");
            Assert.EndsWith(" · Acme Login", page.Title, StringComparison.Ordinal);
            Assert.Equal("Acme Login", page.QuerySelector(".brand-name")!.TextContent);
            Assert.Equal(
                page.QuerySelector(".brand-logo")!.GetAttribute("src"),
                page.QuerySelector("link[rel=icon]")!.GetAttribute("href"));
            Assert.Equal(
                ["https://acme.example/terms", "https://acme.example/privacy", "https://acme.example/help"],
                page.QuerySelectorAll("footer a[rel='noopener noreferrer']").Select(link => link.GetAttribute("href")));
        }
    }

    [Fact]
    public async Task Its_files_are_served_from_here_for_a_year()
    {
        var page = await PageAsync("/account/sign-in", "en");
        var (styles, logo) = (
            page.QuerySelectorAll("link[rel=stylesheet]")[1].GetAttribute("href")!,
            page.QuerySelector(".brand-logo")!.GetAttribute("src")!);

        using var css = await _server.Http.GetAsync(new Uri(styles, UriKind.Relative), Ct);
        var text = await css.Content.ReadAsStringAsync(Ct);
        Assert.Contains("--accent: #0b57d0;", text, StringComparison.Ordinal);
        Assert.Contains("@media (prefers-color-scheme: dark)", text, StringComparison.Ordinal);
        Assert.EndsWith(".card { border-radius: 0; }", text, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromDays(365), css.Headers.CacheControl?.MaxAge);
        using var picture = await _server.Http.GetAsync(new Uri(logo, UriKind.Relative), Ct);
        Assert.Equal(
            ("image/png", Pictures.Png().Length),
            (picture.Content.Headers.ContentType?.MediaType, (await picture.Content.ReadAsByteArrayAsync(Ct)).Length));
    }

    [Fact]
    public async Task Texts_are_replaced_and_a_language_is_added_whose_missing_texts_are_English()
    {
        Assert.Equal("Willkommen <b>", (await PageAsync("/account/sign-in", "de")).QuerySelector("h1")!.TextContent);
        var added = await PageAsync("/account/sign-in", "ar-EG,de;q=0.5");
        Assert.Equal(
            ("ar", "rtl"), (added.DocumentElement.GetAttribute("lang"), added.DocumentElement.GetAttribute("dir")));
        Assert.Equal(
            ("تسجيل الدخول", "Password"),
            (added.QuerySelector("h1")!.TextContent, added.QuerySelector("label[for=password]")!.TextContent));
        var metadata = JsonDocument.Parse(
            await _server.Http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative), Ct));
        Assert.Equal(
            ["en", "de", "ar", "fr", "tr"],
            metadata.RootElement.GetProperty("ui_locales_supported").EnumerateArray().Select(tag => tag.GetString()));
    }

    [Theory, Row("UI-17")]
    [InlineData("de-AT de", null, "de", "Ihre Notizen ansehen")]
    [InlineData(null, "fr", "fr", "See your notes")]
    [InlineData("de-AT de", "fr", "de", "Ihre Notizen ansehen")]
    [InlineData("tlh", null, "en", "See your notes")]
    [InlineData("tlh", "fr", "fr", "See your notes")]
    public async Task The_language_follows_the_request_then_the_browser(
        string? asked, string? language, string spoken, string scope)
    {
        await _server.Database.ExecuteAsync(
            "UPDATE oauth_resources SET scopes = scopes || '{\"read\": {\"default\": \"See your notes\", \"de\": "
                + "\"Ihre Notizen ansehen\"}, \"write\": \"Write your notes\"}' WHERE is_default");
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync(TestData.OtherEmail); // whose profile has no language
        var ask = new AuthorizationAsk()
            .With("scope", "read write")
            .With("prompt", "consent")
            .With("ui_locales", asked);
        IDocument? page = null;
        // The rows of APIs are read again within a second.
        await Eventually.BecomesTrue(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(ask.Path, UriKind.Relative));
            if (language is not null) request.Headers.TryAddWithoutValidation("Accept-Language", language);
            using var answer = await browser.SendAsync(request);
            Assert.Equal([spoken], answer.Content.Headers.ContentLanguage);
            page = await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStringAsync(Ct));
            return page.Body!.TextContent.Contains(scope, StringComparison.Ordinal);
        }, TimeSpan.FromSeconds(10), "the page has the words of the scope");
        Assert.Equal(spoken, page!.DocumentElement.GetAttribute("lang"));
        Assert.Contains("Write your notes", page.Body!.TextContent, StringComparison.Ordinal);
    }

    /// <summary>
    /// In Turkish a small I has a dot: whoever let a browser's language into a comparison would not find Alice.
    /// </summary>
    [Fact]
    public async Task Only_texts_follow_the_language()
    {
        var localization = _server.Services.GetRequiredService<IOptions<RequestLocalizationOptions>>().Value;
        Assert.Equal([CultureInfo.InvariantCulture], localization.SupportedCultures!);
        using var browser = new TestBrowser(_server);
        using var page = await SendAsync(browser, HttpMethod.Get, "/account/sign-in", null);
        var form = await TestBrowser.FormAsync(page, "/account/sign-in");
        Assert.Equal(["tr"], page.Content.Headers.ContentLanguage);
        (form.Fields["email"], form.Fields["password"]) = (TestData.Email.ToUpperInvariant(), TestData.Password);
        using var signedIn = await SendAsync(browser, HttpMethod.Post, form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
        using var refused = await SendAsync(browser, HttpMethod.Post, "/oauth/token", new() { ["grant_type"] = "ısı" });
        Assert.Contains(
            "\"error\":\"invalid_client\",\"error_description\":\"Client ",
            await refused.Content.ReadAsStringAsync(Ct),
            StringComparison.Ordinal);
        Assert.Empty(refused.Content.Headers.ContentLanguage);
    }

    [Theory]
    [InlineData("Branding:Accent=#ffd400")]
    [InlineData("Branding:Accent=blue")]
    [InlineData("Branding:AccentDark=#102030")]
    [InlineData("Branding:Terms=http://acme.example/")]
    [InlineData("Branding:Privacy=javascript:alert(1)")]
    [InlineData("Branding:Support=//acme.example")]
    [InlineData("Branding:Name= ")]
    [InlineData("Branding:Logo=/nowhere/logo.png")]
    [InlineData("Pages:StyleSheet=/nowhere/site.css")]
    [InlineData("Pages:Texts=/nowhere/texts")]
    public async Task What_no_page_could_have_is_refused_at_start(string setting) =>
        Assert.False(await OwnServer.WouldStartAsync(setting));

    private async Task<IDocument> PageAsync(string path, string language)
    {
        using var browser = new TestBrowser(_server);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", StatusPageTests.Browser);
        request.Headers.TryAddWithoutValidation("Accept-Language", language);
        using var page = await browser.SendAsync(request);
        return await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync(Ct));
    }

    private static async Task<HttpResponseMessage> SendAsync(
        TestBrowser browser, HttpMethod method, string path, Dictionary<string, string>? fields)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = fields is null ? null : new FormUrlEncodedContent(fields),
        };
        request.Headers.TryAddWithoutValidation("Accept-Language", "tr-TR");
        return await browser.SendAsync(request);
    }

    /// <summary>A server with a brand, replaced texts, and Arabic and Turkish beside its own languages.</summary>
    public sealed class Branded : OwnServer
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("brand-");

        protected override TestServerOptions Options
        {
            get
            {
                var texts = _folder.CreateSubdirectory("texts").FullName;
                File.WriteAllText(Path.Combine(texts, "de.json"), "{\"SignIn.Title\": \"Willkommen <b>\"}");
                File.WriteAllText(Path.Combine(texts, "ar.json"), "{\"SignIn.Title\": \"تسجيل الدخول\"}");
                File.WriteAllText(
                    Path.Combine(texts, "fr.json"),
                    "{\"SignIn.Title\": \"Connexion\", \"Consent.Allow\": \"Autoriser\"}");
                File.WriteAllText(Path.Combine(texts, "tr.json"), "{\"SignIn.Title\": \"Oturum açın\"}");
                File.WriteAllBytes(Path.Combine(_folder.FullName, "logo.png"), Pictures.Png());
                File.WriteAllText(Path.Combine(_folder.FullName, "own.css"), ".card { border-radius: 0; }");
                return new()
                {
                    Settings = new Dictionary<string, string?>
                    {
                        ["Branding:Name"] = "Acme Login",
                        ["Branding:Logo"] = Path.Combine(_folder.FullName, "logo.png"),
                        ["Branding:Accent"] = "#0b57d0",
                        ["Branding:Terms"] = "https://acme.example/terms",
                        ["Branding:Privacy"] = "https://acme.example/privacy",
                        ["Branding:Support"] = "https://acme.example/help",
                        ["Pages:Texts"] = texts,
                        ["Pages:StyleSheet"] = Path.Combine(_folder.FullName, "own.css"),
                    },
                };
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _folder.Delete(recursive: true);
        }
    }
}
