using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Account;

/// <summary>Which address the sign-in page suggests: never that of a person who said that they are another.</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class SuggestedAddressTests(SharedServer shared)
{
    private const string Hint = "carol@example.com";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static AuthorizationAsk Other => AuthorizationAsk.For(TestData.OtherWeb, TestData.OtherWebRedirectUri);

    private static AuthorizationAsk Again => new AuthorizationAsk().With("prompt", "login");

    [Theory]
    [InlineData("select_account")]
    [InlineData("login select_account")]
    [InlineData("select_account consent")]
    public async Task An_account_that_is_to_be_chosen_is_not_suggested(string prompt) =>
        Assert.Equal("", await SuggestedAsync(shared.Browser, new AuthorizationAsk().With("prompt", prompt).Path));

    [Fact]
    public async Task Who_is_to_type_the_password_again_need_not_type_the_address() =>
        Assert.Equal(TestData.Email, await SuggestedAsync(shared.Browser, Again.Path));

    [Theory]
    [InlineData(null, "")]
    [InlineData(Hint, Hint)]
    [InlineData("Alice@Example.com", "")]
    public async Task Not_you_suggests_somebody_else_or_nobody(string? hint, string suggested)
    {
        using var consent = await shared.OpenAsync(Other.With("prompt", "consent").With("login_hint", hint));
        using var document = await DocumentAsync(consent);
        var link = document.QuerySelectorAll("a").OfType<IHtmlAnchorElement>().Single(a => a.TextContent == "Not you?");

        Assert.Equal(suggested, await SuggestedAsync(shared.Browser, link.GetAttribute("href")!));
    }

    [Theory]
    [InlineData(Hint, Hint)]
    [InlineData("jos\u00e9@example.com", "jos\u00e9@example.com")]
    [InlineData(" carol@example.com ", Hint)]
    [InlineData("+4912345", "")]
    [InlineData("\"><script>alert(1)</script>@x", "\"><script>alert(1)</script>@x")]
    public async Task The_app_may_suggest_an_address(string hint, string suggested)
    {
        using var stranger = new TestBrowser(shared.Server);
        Assert.Equal(suggested, await SuggestedAsync(stranger, new AuthorizationAsk().With("login_hint", hint).Path));
    }

    [Fact]
    public async Task A_suggestion_that_is_too_long_or_given_twice_is_none()
    {
        using var stranger = new TestBrowser(shared.Server);
        var tooLong = new string('c', 250) + Hint;
        var twice = new AuthorizationAsk().With("login_hint", Hint).Adding("login_hint", Hint).Path;
        Assert.Equal("", await SuggestedAsync(stranger, new AuthorizationAsk().With("login_hint", tooLong).Path));
        Assert.Equal("", await SuggestedAsync(stranger, twice));
    }

    [Fact]
    public async Task The_apps_suggestion_goes_before_the_person_of_the_session() => Assert.Equal(
        Hint,
        await SuggestedAsync(shared.Browser, Again.With("login_hint", Hint).Path));

    // Follows redirects to the sign-in page.
    private static async Task<string> SuggestedAsync(TestBrowser browser, string path)
    {
        var page = await browser.GetAsync(path);
        while (page.Headers.Location is { } next) page = await browser.GetAsync(next.OriginalString);
        using var document = await DocumentAsync(page);
        return ((IHtmlInputElement)document.QuerySelector("input[name=email]")!).Value;
    }

    private static async Task<IHtmlDocument> DocumentAsync(HttpResponseMessage page) =>
        await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync(Ct), Ct);
}
