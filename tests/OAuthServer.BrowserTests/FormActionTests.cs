using Microsoft.Playwright;

namespace OAuthServer.BrowserTests;

/// <summary>An app whose callback redirects on to another origin: the browser follows after every form.</summary>
public sealed class FormActionTests(Stage stage)
{
    [Theory]
    [InlineData("Allow", "code")]
    [InlineData("Deny", "error")]
    public async Task After_an_answer_the_person_arrives_where_the_app_leads(string button, string told)
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync(path: "/on"));
        await page.GotoAsync(app.Ask());
        await page.SignInAsync();
        await page.Button(button).ClickAsync();
        await ExpectElsewhereAsync(page, told);
    }

    [Fact]
    public async Task After_signing_in_with_remembered_consent_too()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync(path: "/on"));
        await page.GotoAsync(app.Ask());
        await page.SignInAsync();
        await page.Button("Allow").ClickAsync();
        await ExpectElsewhereAsync(page, "code");
        await context.ClearCookiesAsync();
        await page.GotoAsync(app.Ask("s-2"));
        await page.SignInAsync();
        await ExpectElsewhereAsync(page, "code");
    }

    private static async Task ExpectElsewhereAsync(IPage page, string told)
    {
        await page.Heading("Back at the app").WaitForAsync();
        Assert.StartsWith("http://localhost:", page.Url, StringComparison.Ordinal);
        Assert.Contains($"{told}=", page.Url, StringComparison.Ordinal);
    }
}
