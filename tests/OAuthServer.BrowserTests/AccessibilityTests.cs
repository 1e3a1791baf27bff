using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests;

/// <summary>
/// axe finds nothing on any page, in light and dark, on a desk and on a phone; nothing overflows a phone.
/// </summary>
public sealed class AccessibilityTests(Stage stage)
{
    // Each scheme, a desk, a phone and the narrowest of WCAG 2.2 §1.4.10; .ci/full looks at all of them.
    private static readonly (ColorScheme Scheme, int Width, int Height)[] AllLooks =
    [
        (ColorScheme.Dark, 390, 844),
        (ColorScheme.Light, 1200, 850),
        (ColorScheme.Light, 320, 256),
        (ColorScheme.Dark, 1200, 850),
        (ColorScheme.Light, 390, 844),
        (ColorScheme.Light, 360, 640),
        // 1200 at 200 %.
        (ColorScheme.Dark, 600, 425),
    ];

    public static TheoryData<ColorScheme, int, int> Looks => new(AllLooks.Take(Effort.Cases(1)));

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_is_accessible(ColorScheme scheme, int width, int height)
    {
        await using var context = await stage.OpenAsync(new()
        {
            ColorScheme = scheme,
            ViewportSize = new() { Width = width, Height = height },
        });
        var (page, app) = (
            await context.NewPageAsync(),
            await stage.RegisterAsync("An app with a name that is long enough to be wrapped on every screen"));
        await page.GotoAsync(app.Ask(scope: "nonsense").Replace("127.0.0.1", "127.0.0.2", StringComparison.Ordinal));
        await JudgeAsync(page, "error");
        await page.GotoAsync(app.Ask(scope: "read write"));
        await JudgeAsync(page, "sign-in");
        await page.SignInAsync(email: "nobody@example.com");
        await JudgeAsync(page, "sign-in-failed");
        await page.SignInAsync();
        await page.Button("Allow").WaitForAsync();
        await JudgeAsync(page, "consent");
        await page.GoOnAsync(app);
        await page.RouteAsync("**/form-post.js*", route => route.AbortAsync());
        await page.GotoAsync(app.Ask() + "&response_mode=form_post");
        await JudgeAsync(page, "form-post");
        await page.GotoAsync("/account");
        await JudgeAsync(page, "account");
        await page.GotoAsync("/account/profile?done=saved");
        await JudgeAsync(page, "profile");
        await page.GotoAsync("/account/connections?done=withdrawn");
        await JudgeAsync(page, "connections");
        await page.GotoAsync("/account/sessions?done=ended");
        await JudgeAsync(page, "sessions");
        await page.GotoAsync("/oauth/logout?client_id=" + app.Id);
        await JudgeAsync(page, "logout");
        await page.GotoAsync("/account/sign-out?done=all-access");
        await JudgeAsync(page, "sign-out-with-session");
        await page.GotoAsync("/account/password");
        await JudgeAsync(page, "password");
        await page.GotoAsync("/nowhere");
        await JudgeAsync(page, "not-found");
        await page.GotoAsync("/oauth/authorize/consent");
        await JudgeAsync(page, "not-like-that");
        await page.GotoAsync("/account/sign-out");
        await JudgeAsync(page, "sign-out");
        await page.Button("Sign out").ClickAsync();
        await page.Heading("You are signed out").WaitForAsync();
        await JudgeAsync(page, "signed-out");
        await page.GotoAsync("/account/sign-in");
        await context.ClearCookiesAsync();
        await page.SignInAsync();
        await page.Heading("This form has expired").WaitForAsync();
        await JudgeAsync(page, "expired");
    }

    /// <summary>
    /// Judges one page. With PAGE_SHOTS set to a folder, each page that was judged is kept there as a picture.
    /// </summary>
    internal static async Task JudgeAsync(IPage page, string name)
    {
        // After a click a heading can be there before the style sheet is.
        await page.WaitForLoadStateAsync(LoadState.Load);
        var size = page.ViewportSize!;
        if (Environment.GetEnvironmentVariable("PAGE_SHOTS") is { } folder)
        {
            var dark = await page.EvaluateAsync<bool>("() => matchMedia('(prefers-color-scheme: dark)').matches");
            await page.ScreenshotAsync(new()
            {
                Path = Path.Combine(folder, $"{name}-{size.Width}-{(dark ? "dark" : "light")}.png"),
                FullPage = true,
            });
        }
        var result = await page.RunAxe();
        Assert.True(
            result.Violations.Length == 0,
            $"{name}: " + string.Join("; ", result.Violations.Select(v => $"{v.Id}: {v.Nodes[0].Html}")));
        Assert.True(
            await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= size.Width,
            $"{name} overflows.");
    }
}
