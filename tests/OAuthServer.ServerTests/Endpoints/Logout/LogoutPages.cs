using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Logout;

/// <summary>What a person meets who signs out.</summary>
internal static class LogoutPages
{
    /// <summary>The request of an app to sign the person out.</summary>
    public static string Ask(params (string Name, string? Value)[] parameters) =>
        "/oauth/logout?"
            + string.Join(
                '&',
                parameters.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));

    /// <summary>True while the browser has a session.</summary>
    public static async Task<bool> IsSignedInAsync(this TestBrowser browser)
    {
        using var page = await browser.GetAsync("/account/connections");
        return page.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>Signs out by the page.</summary>
    public static async Task SignOutAsync(this TestBrowser browser)
    {
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/sign-out"), "/account/sign-out");
        using var answer = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal("/account/sign-out", answer.Headers.Location!.OriginalString);
    }

    /// <summary>Presses the button of a page's one form that posts there.</summary>
    public static async Task<HttpResponseMessage> PressAsync(this TestBrowser browser, string page, string action)
    {
        using var shown = await browser.GetAsync(page);
        var form = await TestBrowser.FormAsync(shown, action);
        return await browser.PostAsync(form.Action, form.Fields);
    }

    /// <summary>200 with a page, no redirect.</summary>
    public static async Task<string> PageAsync(this HttpResponseMessage answer, string heading)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null(answer.Headers.Location);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"<h1>{heading}</h1>", html, StringComparison.Ordinal);
        return html;
    }

    /// <summary>Signed out: 303 to the app, with its state.</summary>
    public static void IsSentTo(this HttpResponseMessage answer, string location)
    {
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal(location, answer.Headers.Location!.OriginalString);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
    }
}
