using System.Net;
using OAuthServer.ServerTests.Endpoints.Push;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Pages;

/// <summary>Which language a page is in, and that it lasts from the app's request to its answer (OpenID Connect Core §3.1.2.1).</summary>
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
            var path = pushed ? Pushing.Visit(Pushing.RequestUri(await Pushing.PushAsync(shared.Server, ask)), TestData.Web) : ask.Path;

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
        SendAsync(person, new HttpRequestMessage(HttpMethod.Post, new Uri(form.Action, UriKind.Relative)) { Content = new FormUrlEncodedContent(form.Fields) }, language);

    private static async Task<HttpResponseMessage> SendAsync(TestBrowser person, HttpRequestMessage request, string? language)
    {
        using (request)
        {
            if (language is not null) request.Headers.TryAddWithoutValidation("Accept-Language", language);
            return await person.SendAsync(request);
        }
    }
}
