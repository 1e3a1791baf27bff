using Microsoft.Playwright;
using OAuthServer.Testing;
using OtpNet;

namespace OAuthServer.BrowserTests;

/// <summary>
/// The pages of second factors in a browser: without script, on a phone and a desk, in two languages.
/// </summary>
public sealed class SecondFactorTests(Stage stage)
{
    [Fact]
    public async Task An_authenticator_app_works_without_script()
    {
        await using var context = await stage.OpenAsync(new() { JavaScriptEnabled = false });
        var (page, app, email) = (
            await context.NewPageAsync(), await stage.RegisterAsync("Bank"), await stage.EnrolAsync());
        await page.GotoAsync("/account/factors");
        await page.SignInAsync(email);
        await page.GetByRole(AriaRole.Link, new() { Name = "Set up" }).ClickAsync();
        var totp = await ReadKeyAsync(page);
        await page.GetByLabel("Type the code that the app shows").FillAsync("000000");
        await page.Button("Switch it on").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The code is not right");
        await page.GetByLabel("Type the code that the app shows").FillAsync(totp.ComputeTotp());
        await page.Button("Switch it on").ClickAsync();
        await page.Heading("Your recovery codes").WaitForAsync();
        var codes = await page.Locator(".codes code").AllTextContentsAsync();
        Assert.Equal(10, codes.Count);
        await page.GetByRole(AriaRole.Link, new() { Name = "I have kept them" }).ClickAsync();
        await page.Heading("Second factors").WaitForAsync();

        await context.ClearCookiesAsync();
        await page.GotoAsync(app.Ask());
        await page.SignInAsync(email);
        await Assertions.Expect(page.GetByText("to continue to Bank")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Use a recovery code" }).ClickAsync();
        await page.GetByLabel("Recovery code").FillAsync(codes[0]);
        await page.Button("Continue").ClickAsync();
        await page.Button("Allow").ClickAsync();
        Assert.NotNull((await page.ArriveAsync(app)).Code);
    }

    public static TheoryData<ColorScheme, int, int, string> Looks => new(new[]
    {
        (ColorScheme.Light, 320, 256, "de-DE"),
        (ColorScheme.Dark, 390, 844, "de-DE"),
        (ColorScheme.Light, 1200, 850, "en-GB"),
    });

    [LongGateTheory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_of_it_is_accessible(ColorScheme scheme, int width, int height, string locale)
    {
        var look = new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            ViewportSize = new() { Width = width, Height = height },
            Locale = locale,
        };
        await using var context = await stage.OpenAsync(look);
        var (page, email) = (await context.NewPageAsync(), await stage.EnrolAsync());
        await page.GotoAsync("/account/factors");
        await FillSignInAsync(page, email);
        await page.WaitForURLAsync("**/account/factors");
        await AccessibilityTests.JudgeAsync(page, "factors-none");
        await page.GotoAsync("/account/factors/app");
        await AccessibilityTests.JudgeAsync(page, "authenticator");
        var totp = await ReadKeyAsync(page);
        await page.Locator("#code").FillAsync("12");
        await page.Locator("main button[type=submit]").ClickAsync();
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await AccessibilityTests.JudgeAsync(page, "authenticator-failed");
        await page.Locator("#code").FillAsync(totp.ComputeTotp());
        await page.Locator("main button[type=submit]").ClickAsync();
        await page.Locator(".codes").WaitForAsync();
        await AccessibilityTests.JudgeAsync(page, "recovery-codes");
        await page.GotoAsync("/account/factors");
        await AccessibilityTests.JudgeAsync(page, "factors");
        await context.ClearCookiesAsync();
        await page.GotoAsync("/account/sign-in");
        await FillSignInAsync(page, email);
        await page.WaitForURLAsync("**/account/sign-in/factor*");
        await AccessibilityTests.JudgeAsync(page, "second-step");
        await page.GotoAsync("/account/sign-in/factor?with=recovery");
        await page.Locator("#code").FillAsync("wrong");
        await page.Locator("main button[type=submit]").First.ClickAsync();
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await AccessibilityTests.JudgeAsync(page, "second-step-failed");
    }

    // Whatever the language.
    private static async Task FillSignInAsync(IPage page, string email)
    {
        await page.Locator("#email").FillAsync(email);
        await page.Locator("#password").FillAsync(Testing.TestData.Password);
        await page.Locator("form:has(#password) button[type=submit]").ClickAsync();
    }

    private static async Task<Totp> ReadKeyAsync(IPage page) =>
        new(Base32Encoding.ToBytes(string.Concat(await page.Locator(".key span").AllTextContentsAsync())));
}
