using System.Net;
using AngleSharp.Html.Parser;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.ServerTests.Endpoints.Push;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Pages;

/// <summary>
/// Which language a page is in, and that it lasts from the app's request to its answer (OpenID Connect Core §3.1.2.1).
/// </summary>
[Collection(SharedServer.Name)]
public sealed class LanguageTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, null, "en")]
    [InlineData(null, "de-AT,de;q=0.9,en;q=0.8", "de")]
    [InlineData(null, "fr,it;q=0.9", "en")]
    [InlineData(null, "tr-TR,es,pt,nl,de;q=0.1", "de")]
    [InlineData("de-AT de", null, "de")]
    [InlineData("de", "en", "de")]
    [InlineData("en", "de", "en")]
    [InlineData("fr tlh DE-ch", "en", "de")]
    [InlineData("fr", "de", "de")]
    [InlineData("<script>", "de", "de")]
    [InlineData("-", "x-!!,*", "en")]
    public async Task The_language_follows_the_request_then_the_browser(string? asked, string? browser, string language)
    {
        foreach (var pushed in (bool[])[false, true])
        {
            using var person = new TestBrowser(shared.Server);
            var ask = new AuthorizationAsk().With("ui_locales", asked);
            var path = pushed
                ? Pushing.Visit(Pushing.RequestUri(await Pushing.PushAsync(shared.Server, ask)), TestData.Web)
                : ask.Path;

            using var begun = await GetAsync(person, path, browser);
            Assert.Equal(HttpStatusCode.SeeOther, begun.StatusCode);
            using var page = await GetAsync(person, begun.Headers.Location!.OriginalString, browser);
            await AssertLanguageAsync(page, language);
            var form = await TestBrowser.FormAsync(page, "/account/sign-in");
            form.Fields["email"] = "nobody@example.com";
            form.Fields["password"] = "wrong";
            using var failed = await PostAsync(person, form, browser);
            await AssertLanguageAsync(failed, language);
            form.Fields["antiforgery"] = "x";
            using var expired = await PostAsync(person, form, browser);
            await AssertLanguageAsync(expired, language);
        }
    }

    [Fact]
    public async Task A_German_page_says_nothing_in_English()
    {
        var english = OAuthServer.Pages.ShippedTexts.English().Where(text => text.Value.Length > 12
            && !text.Value.Contains('{', StringComparison.Ordinal)
            && text.Key is not "Format.Minute")
            .Select(text => text.Value).ToList();
        using var person = new TestBrowser(shared.Server);
        await person.SignInAsync();
        string[] paths =
        [
            "/account", "/account/profile?done=saved", "/account/connections?done=withdrawn",
            "/account/connections?done=password", "/account/sessions?done=ended",
            "/account/sessions?done=others", "/account/password", "/account/sign-out",
            "/account/sign-in?reauthenticate=true", "/oauth/logout", "/nowhere", "/account/connections/withdraw",
            "/oauth/authorize?client_id=nobody",
            new AuthorizationAsk().With("scope", "read write").With("prompt", "consent").Path,
            new AuthorizationAsk().With("client_id", OpenIdAsks.Client).With(
                "scope", "openid profile email phone address").With("prompt", "consent").Path,
        ];
        foreach (var path in paths)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            request.Headers.TryAddWithoutValidation("Accept", StatusPageTests.Browser);
            using var page = await SendAsync(person, request, "de");
            Assert.Equal(["de"], page.Content.Headers.ContentLanguage);
            var text = (await new HtmlParser()
                .ParseDocumentAsync(await page.Content.ReadAsStringAsync(Ct))).DocumentElement.TextContent;
            Assert.DoesNotContain(english, words => text.Contains(words, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Ten_thousand_characters_of_languages_are_looked_at_in_their_first_few()
    {
        using var answer = await shared.Server.Http.PostAsync(
            new Uri("/oauth/authorize", UriKind.Relative),
            new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["client_id"] = "nobody",
                ["ui_locales"] = new string('x', 10_000) + " de",
            }),
            Ct);

        Assert.Equal(["en"], answer.Content.Headers.ContentLanguage);
    }

    private static async Task AssertLanguageAsync(HttpResponseMessage page, string language)
    {
        var html = await page.Content.ReadAsStringAsync(Ct);
        Assert.Contains($"<html lang=\"{language}\" dir=\"ltr\">", html, StringComparison.Ordinal);
        Assert.Equal([language], page.Content.Headers.ContentLanguage);
        Assert.Contains("Accept-Language", page.Headers.Vary);
    }

    private static Task<HttpResponseMessage> GetAsync(TestBrowser person, string path, string? language) =>
        SendAsync(person, new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)), language);

    private static Task<HttpResponseMessage> PostAsync(TestBrowser person, TestForm form, string? language) =>
        SendAsync(
            person,
            new HttpRequestMessage(HttpMethod.Post, new Uri(form.Action, UriKind.Relative))
            {
                Content = new FormUrlEncodedContent(form.Fields),
            },
            language);

    private static async Task<HttpResponseMessage> SendAsync(
        TestBrowser person, HttpRequestMessage request, string? language)
    {
        using (request)
        {
            if (language is not null) request.Headers.TryAddWithoutValidation("Accept-Language", language);
            return await person.SendAsync(request);
        }
    }
}
