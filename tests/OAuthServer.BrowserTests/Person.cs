using Microsoft.Playwright;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests;

/// <summary>What a person does on our pages.</summary>
internal static class Person
{
    public static async Task SignInAsync(this IPage page, string? email = null, string? password = null)
    {
        await page.GetByLabel("E-mail address").FillAsync(email ?? TestData.Email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(password ?? TestData.Password);
        await page.Button("Sign in").ClickAsync();
    }

    public static ILocator Button(this IPage page, string name) =>
        page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public static ILocator Heading(this IPage page, string name) =>
        page.GetByRole(AriaRole.Heading, new() { Name = name });

    /// <summary>
    /// Signs in, agrees and starts again as asked, until the browser is at the app; what the app was told.
    /// </summary>
    public static async Task<AuthorizationAnswer> GoOnAsync(this IPage page, App app)
    {
        const int mostSteps = 6;
        for (var step = 0; step < mostSteps; step++)
        {
            await page.Button("Sign in")
                .Or(page.Button("Allow"))
                .Or(StartAgain(page))
                .Or(page.Heading("Back at the app")).First
                .WaitForAsync();
            if (page.Url.StartsWith(app.RedirectUri, StringComparison.Ordinal)) break;
            if (await page.Button("Sign in").IsVisibleAsync()) await page.SignInAsync();
            else if (await page.Button("Allow").IsVisibleAsync()) await page.Button("Allow").ClickAsync();
            else await StartAgain(page).ClickAsync();
        }
        return await page.ArriveAsync(app);
    }

    private static ILocator StartAgain(IPage page) => page.GetByRole(AriaRole.Link, new() { Name = "Start again" });

    /// <summary>Waits until the browser is at the app; what the app was told.</summary>
    public static async Task<AuthorizationAnswer> ArriveAsync(this IPage page, App app)
    {
        // What the page shows, not the navigation: that may be over before anyone waits for it.
        await page.Heading("Back at the app").WaitForAsync();
        Assert.StartsWith(app.RedirectUri, page.Url, StringComparison.Ordinal);
        return new AuthorizationAnswer(page.Url);
    }
}
