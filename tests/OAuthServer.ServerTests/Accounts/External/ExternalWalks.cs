using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.External;

/// <summary>The ways to a provider and back.</summary>
internal static class ExternalWalks
{
    public const string SignIn = "/account/sign-in";
    public const string Logins = "/account/logins";

    private static readonly HttpClient Web = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>Presses the button of a provider on a page.</summary>
    public static async Task<HttpResponseMessage> PressAsync(
        this TestBrowser browser, string provider, string page = SignIn)
    {
        using var shown = await browser.GetAsync(page);
        var form = await FormAsync(shown, "provider", provider);
        return await browser.PostAsync(form.Action, form.Fields);
    }

    /// <summary>What a provider sends the browser back with, as a path of ours.</summary>
    public static async Task<string> AnswerAsync(HttpResponseMessage sent)
    {
        Assert.Equal(HttpStatusCode.SeeOther, sent.StatusCode);
        using var answer = await Web.GetAsync(sent.Headers.Location);
        var back = answer.Headers.Location!;
        Assert.StartsWith(TestServer.Issuer + "/account/external/", back.OriginalString, StringComparison.Ordinal);
        return back.PathAndQuery;
    }

    /// <summary>To a provider and back, and what the server makes of it.</summary>
    public static async Task<HttpResponseMessage> ComeFromAsync(
        this TestBrowser browser, string provider, string page = SignIn)
    {
        using var sent = await browser.PressAsync(provider, page);
        return await browser.GetAsync(await AnswerAsync(sent));
    }

    /// <summary>Whose session the browser has; null for nobody's.</summary>
    public static async Task<string?> NameAsync(this TestBrowser browser)
    {
        using var page = await browser.GetAsync("/account");
        if (page.StatusCode != HttpStatusCode.OK) return null;
        using var document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync());
        return document.QuerySelector(".bar-name")!.TextContent;
    }

    /// <summary>Takes a provider away, at this instance or at another.</summary>
    public static async Task<HttpResponseMessage> RemoveAsync(this TestBrowser browser, string issuer)
    {
        using var shown = await browser.GetAsync(Logins);
        var form = await FormAsync(shown, "issuer", issuer);
        return await browser.PostAsync(form.Action, form.Fields);
    }

    /// <summary>The form of a page in which a field or a button has this value, as that button sends it.</summary>
    public static async Task<TestForm> FormAsync(HttpResponseMessage page, string field, string value)
    {
        using var document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync());
        var form = document.QuerySelectorAll("form").OfType<IHtmlFormElement>()
            .Single(one => one.QuerySelectorAll($"[name={field}]").Any(part => part.GetAttribute("value") == value));
        var fields = form.QuerySelectorAll("input[name]")
            .OfType<IHtmlInputElement>()
            .ToDictionary(input => input.Name!, input => input.Value);
        fields[field] = value;
        return new TestForm(form.GetAttribute("action")!, fields);
    }

    public static Task<string> TextAsync(this HttpResponseMessage answer) =>
        answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
