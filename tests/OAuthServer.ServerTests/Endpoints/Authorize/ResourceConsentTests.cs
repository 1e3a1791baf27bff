using System.Net;
using AngleSharp.Html.Parser;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Authorize;

/// <summary>What a person is told of APIs, and that a yes is to the one that was named.</summary>
public sealed class ResourceConsentTests(ResourceServer own) : IClassFixture<ResourceServer>, IAsyncLifetime
{
    private const string Files = ResourceServer.Files;
    private const string Mail = ResourceServer.Mail;

    public async ValueTask InitializeAsync() => await People.StartAnewAsync(own.Server);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact, Row("RES-09")]
    public async Task Each_API_is_named_with_its_scopes_below()
    {
        using var browser = new TestBrowser(own.Server);
        await browser.SignInAsync();

        Assert.Equal(
            ["API https://files.example", "See your files", "Search your files"],
            await AskedAsync(browser, ResourceServer.Ask("files:read find", Files)));
        Assert.Equal(
            [
                "API https://files.example",
                "See your files",
                "Search your files",
                "API https://Mail.example/v1",
                "Search your mail",
                "Read on",
            ],
            await AskedAsync(browser, ResourceServer.Ask("files:read find read", Mail, Files)));
        Assert.Equal(["Notes", "See your notes"], await AskedAsync(browser, new AuthorizationAsk()));
    }

    [Fact, Row("RES-09")]
    public async Task Consent_to_one_API_is_none_to_another()
    {
        using var browser = new TestBrowser(own.Server);
        await browser.AuthorizeAsync(ResourceServer.Ask("find", Files));
        Expect.Code(await browser.GetAsync(ResourceServer.Ask("find", Files).Path), ResourceServer.Ask("find", Files));

        // The same scope elsewhere; and both at once, where only one is known.
        using (var mail = await browser.GetAsync(ResourceServer.Ask("find", Mail).Path))
            Assert.Equal(HttpStatusCode.OK, mail.StatusCode);
        var both = ResourceServer.Ask("find", Files, Mail);
        Assert.Equal(
            ["API https://Mail.example/v1", "Search your mail", "API https://files.example", "Search your files"],
            await AskedAsync(browser, both));
        await browser.AuthorizeAsync(both);

        foreach (var ask in new[] { both, ResourceServer.Ask("find", Mail) })
            Expect.Code(await browser.GetAsync(ask.Path), ask);
        // And a scope that the default API has under the same name is another one.
        using var notes = await browser.GetAsync(ResourceServer.Ask("read", Mail).Path);
        Assert.Equal(HttpStatusCode.OK, notes.StatusCode);
    }

    [Fact, Row("RES-09")]
    public async Task What_was_shown_is_what_was_agreed_to_whatever_the_default_becomes()
    {
        using var browser = new TestBrowser(own.Server);
        await browser.SignInAsync();
        using var page = await browser.GetAsync(new AuthorizationAsk().Path);
        await own.Database.ExecuteAsync("UPDATE oauth_resources SET is_default = false WHERE is_default");
        await own.Database.ExecuteAsync("UPDATE oauth_resources SET is_default = true WHERE resource = $1", Mail);
        try
        {
            await Eventually.BecomesTrue(
                async () => await HasAsync(browser, new AuthorizationAsk(), "Read on"),
                TimeSpan.FromSeconds(15),
                "the default is another one");

            using var refused = await browser.DecideAsync(page, "allow");

            // The API that was shown is not the default any more, and was never allowed to this client by its row.
            Assert.Contains("error=invalid_target", refused.Headers.Location!.OriginalString, StringComparison.Ordinal);
        }
        finally
        {
            await own.Database.ExecuteAsync("UPDATE oauth_resources SET is_default = false WHERE is_default");
            await own.Database.ExecuteAsync(
                "UPDATE oauth_resources SET is_default = true WHERE resource = $1", TestServer.Issuer);
            await Eventually.BecomesTrue(
                async () => await HasAsync(browser, new AuthorizationAsk(), "See your notes"),
                TimeSpan.FromSeconds(15),
                "the default is the first again");
        }
    }

    [Fact]
    public async Task Connected_apps_are_one_each_with_their_APIs_by_name()
    {
        using var browser = new TestBrowser(own.Server);
        await browser.AuthorizeAsync(ResourceServer.Ask("find", Files, Mail));
        await browser.AuthorizeAsync(new AuthorizationAsk());

        var html = await (await browser.GetAsync("/account/connections")).Content.ReadAsStringAsync(
            TestContext.Current.CancellationToken);
        using var document = await new HtmlParser().ParseDocumentAsync(html);

        var app = Assert.Single(document.QuerySelectorAll(".connections > li"));
        Assert.Equal(
            ["API https://Mail.example/v1", "API https://files.example", "Notes"],
            app.QuerySelectorAll("h3").Select(name => name.TextContent).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["Search your files", "Search your mail", "See your notes"],
            app.QuerySelectorAll(".scope-text").Select(words => words.TextContent).Order(StringComparer.Ordinal));
    }

    private static async Task<bool> HasAsync(TestBrowser browser, AuthorizationAsk ask, string words)
    {
        using var page = await browser.GetAsync(ask.Path);
        return (await page.Content.ReadAsStringAsync()).Contains(words, StringComparison.Ordinal);
    }

    // The names of APIs and the words of scopes in the order of the page.
    private static async Task<IEnumerable<string>> AskedAsync(TestBrowser browser, AuthorizationAsk ask)
    {
        using var page = await browser.GetAsync(ask.Path);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        using var document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync());
        return [.. document.QuerySelectorAll("h3, .scope-text").Select(element => element.TextContent)];
    }
}
