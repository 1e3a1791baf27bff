using System.Net;
using AngleSharp.Html.Parser;
using OAuthServer.Testing;
using OtpNet;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>A person of a test, with what is in their pocket.</summary>
public sealed class FactorPerson(FactorServers servers, Guid id, string email)
{
    public const string Step = "/account/sign-in/factor";
    public const string App = "/account/factors/app";

    private byte[] _secret = [];

    public Guid Id => id;

    public string Email => email;

    /// <summary>As they were shown.</summary>
    public IReadOnlyList<string> RecoveryCodes { get; private set; } = [];

    public string Secret => Base32Encoding.ToString(_secret);

    /// <summary>What the app shows now, or so many steps from now.</summary>
    public string Code(int steps = 0) =>
        new Totp(_secret).ComputeTotp(servers.Clock.GetUtcNow().UtcDateTime + TimeSpan.FromSeconds(30 * steps));

    /// <summary>A code that the app shows at no time near to this.</summary>
    public string WrongCode()
    {
        string[] right = [Code(-2), Code(-1), Code(), Code(1), Code(2)];
        return Enumerable.Range(0, 10).Select(n => $"00000{n}").First(code => !right.Contains(code));
    }

    /// <summary>A browser that is signed in and has set up an app.</summary>
    public async Task<TestBrowser> EnrolledAsync()
    {
        var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(email);
        using var done = await EnrollAsync(browser, await browser.GetAsync(App));
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        NextStep();
        return browser;
    }

    /// <summary>Fills in the page that sets an app up; the answer shows the recovery codes.</summary>
    public async Task<HttpResponseMessage> EnrollAsync(TestBrowser browser, HttpResponseMessage page)
    {
        await ReadSecretAsync(page);
        var form = await TestBrowser.FormAsync(page, App);
        form.Fields["code"] = Code();
        var answer = await browser.PostAsync(form.Action, form.Fields);
        await ReadCodesAsync(answer);
        return answer;
    }

    public async Task ReadSecretAsync(HttpResponseMessage page)
    {
        using var document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync());
        _secret = Base32Encoding.ToBytes(
            string.Concat(document.QuerySelectorAll(".key span").Select(group => group.TextContent)));
    }

    public async Task ReadCodesAsync(HttpResponseMessage page)
    {
        using var document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync());
        if (document.QuerySelectorAll(".codes code") is { Length: > 0 } codes)
            RecoveryCodes = [.. codes.Select(code => code.TextContent)];
    }

    /// <summary>The right password in a browser; what the server answers.</summary>
    public async Task<HttpResponseMessage> TypePasswordAsync(TestBrowser browser, string path = "/account/sign-in") =>
        await browser.TypePasswordAsync(await browser.GetAsync(path), email);

    /// <summary>The right password, in a browser of its own.</summary>
    public async Task<TestBrowser> AtSecondStepAsync(TestServer? server = null)
    {
        var browser = new TestBrowser(server ?? servers.First);
        using var answer = await TypePasswordAsync(browser);
        Assert.StartsWith(Step, answer.Headers.Location?.OriginalString, StringComparison.Ordinal);
        return browser;
    }

    /// <summary>Types a code into the page of the second step.</summary>
    public static async Task<HttpResponseMessage> TypeCodeAsync(
        TestBrowser browser, string code, bool recovery = false, string? page = null, bool remember = false)
    {
        using var shown = await browser.GetAsync(page ?? Step + (recovery ? "?with=recovery" : ""));
        var form = await TestBrowser.FormAsync(shown, Step);
        form.Fields["code"] = code;
        if (remember) form.Fields["remember"] = "true";
        return await browser.PostAsync(form.Action, form.Fields);
    }

    /// <summary>A new session with both factors.</summary>
    public async Task<TestBrowser> SignedInAsync(bool remember = false)
    {
        NextStep();
        var browser = await AtSecondStepAsync();
        using var answer = await TypeCodeAsync(browser, Code(), remember: remember);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return browser;
    }

    /// <summary>Until the app shows another code than any that may have been used.</summary>
    public void NextStep() => servers.Clock.Advance(TimeSpan.FromSeconds(60));

    /// <summary>True when an account page opens.</summary>
    public static async Task<bool> HasSessionAsync(TestBrowser browser)
    {
        using var page = await browser.GetAsync("/account/connections");
        return page.StatusCode == HttpStatusCode.OK;
    }
}
