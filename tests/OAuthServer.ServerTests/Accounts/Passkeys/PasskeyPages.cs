using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Passkeys;

/// <summary>What a page asks the browser by, and the form that takes the answer.</summary>
internal sealed record PasskeyForm(string Action, string Options, Dictionary<string, string> Fields)
{
    public async Task<HttpResponseMessage> PostAsync(TestBrowser browser, string credential, TestServer? server = null)
    {
        var fields = new Dictionary<string, string>(Fields) { ["credential"] = credential };
        return await browser.PostAsync(server is null ? Action : new Uri(server.Address, Action).AbsoluteUri, fields);
    }
}

/// <summary>The pages of passkeys, as their script sees them.</summary>
internal static class PasskeyPages
{
    public const string Own = "/account/passkeys";
    public const string SignIn = "/account/sign-in";

    /// <summary>The form of a page that asks for a passkey.</summary>
    public static async Task<PasskeyForm> PasskeyAsync(this TestBrowser browser, string path)
    {
        using var page = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        return await PasskeyAsync(page);
    }

    public static async Task<PasskeyForm> PasskeyAsync(this HttpResponseMessage page)
    {
        using var document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync());
        var form = (IHtmlFormElement)document.QuerySelector("form[data-passkey]")!;
        var fields = form.QuerySelectorAll("input[name]")
            .OfType<IHtmlInputElement>()
            .ToDictionary(input => input.Name!, input => input.Value);
        return new PasskeyForm(form.GetAttribute("action")!, form.GetAttribute("data-options")!, fields);
    }

    /// <summary>Registers a passkey in a browser that is signed in.</summary>
    public static async Task<HttpResponseMessage> AddPasskeyAsync(
        this TestBrowser browser, SoftAuthenticator authenticator, Deviation? deviation = null)
    {
        var form = await browser.PasskeyAsync(Own);
        return await form.PostAsync(browser, authenticator.Create(form.Options, deviation));
    }

    /// <summary>Signs in with a passkey, without a name.</summary>
    public static async Task<HttpResponseMessage> SignInByPasskeyAsync(
        this TestBrowser browser, SoftAuthenticator authenticator, Deviation? deviation = null, string path = SignIn)
    {
        var form = await browser.PasskeyAsync(path);
        return await form.PostAsync(browser, authenticator.Get(form.Options, deviation));
    }
}
