using System.Net;
using AngleSharp.Html.Parser;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Authorize;

/// <summary>
/// A native app with an https link and no interaction on the way: one link to tap, since Android hands an app link to
/// its app only after a tap (RFC 8252 §7.2).
/// </summary>
public sealed class AppLinkTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string App = "linked-native";
    private const string Link = "https://app.example/cb?tenant=1";

    private static readonly AuthorizationAsk Ask = AuthorizationAsk.For(App, Link);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("state with \"quotes\" & <tags>")]
    [InlineData("x&iss=evil")]
    public async Task Remembered_consent_gives_a_page_with_one_link(string? state)
    {
        using var browser = await AgreedAsync();

        using var page = await browser.GetAsync(Ask.With("state", state).Path);

        Assert.Equal((HttpStatusCode.OK, "no-store"), (page.StatusCode, page.Headers.CacheControl?.ToString()));
        Assert.Null(page.Headers.Location);
        var html = await page.Content.ReadAsStringAsync(Ct);
        using var document = await new HtmlParser().ParseDocumentAsync(html, Ct);
        var link = Assert.Single(document.QuerySelectorAll("a")).GetAttribute("href")!;
        Assert.StartsWith(Link + "&code=", link, StringComparison.Ordinal);
        var answer = new AuthorizationAnswer(link);
        Assert.Equal((state, TestServer.Issuer), (answer["state"], answer["iss"]));
        Assert.Empty(document.QuerySelectorAll("form, script"));
        Assert.Equal("no-referrer", page.Headers.GetValues("Referrer-Policy").Single());
        (await own.Server.RedeemPublicAsync(answer.Code!, App)).IsTokens();
    }

    [Fact]
    public async Task Where_the_person_answers_a_form_the_browser_is_sent_on()
    {
        using var browser = await AgreedAsync();
        using var another = new TestBrowser(own.Server);

        // Consent again, and a sign-in with consent remembered.
        var asked = await browser.AuthorizeAsync(Ask.With("prompt", "consent"));
        var signedIn = await another.AuthorizeAsync(Ask);

        Assert.NotNull(asked.Code);
        Assert.NotNull(signedIn.Code);
        Assert.Equal(["tenant", "code", "state", "iss"], signedIn.Parameters.Select(parameter => parameter.Key));
    }

    [Theory]
    [InlineData(App, Link, "none", HttpStatusCode.SeeOther)]
    [InlineData(App, Link, null, HttpStatusCode.OK)]
    [InlineData(TestData.Web, TestData.WebRedirectUri, null, HttpStatusCode.SeeOther)]
    [InlineData(TestData.Web, TestData.WebRedirectUri, "none", HttpStatusCode.SeeOther)]
    [InlineData(TestData.Spa, TestData.SpaRedirectUri, null, HttpStatusCode.SeeOther)]
    public async Task Nobody_else_gets_a_page(string clientId, string uri, string? prompt, HttpStatusCode status)
    {
        using var browser = await AgreedAsync();
        await browser.AuthorizeAsync(AuthorizationAsk.For(clientId, uri).With("prompt", "consent"));

        using var answer = await browser.GetAsync(AuthorizationAsk.For(clientId, uri).With("prompt", prompt).Path);

        Assert.Equal(status, answer.StatusCode);
        if (status == HttpStatusCode.SeeOther)
            Assert.Contains("code=", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    private async Task<TestBrowser> AgreedAsync()
    {
        await own.Database.ExecuteAsync(
            "INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes, "
            + "default_scopes) VALUES ($1, 'Linked', 'native', $2, '{read}', '{read}') ON CONFLICT DO NOTHING",
            App, new[] { Link });
        var browser = new TestBrowser(own.Server);
        await browser.AuthorizeAsync(Ask.With("prompt", "consent"));
        return browser;
    }
}
