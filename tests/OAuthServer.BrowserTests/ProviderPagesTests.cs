using Microsoft.Playwright;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests;

/// <summary>
/// The pages on which other identity providers are: accessible, on a desk and on a phone, in German too.
/// </summary>
public sealed class ProviderPagesTests(Stage stage) : IAsyncLifetime
{
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new()
        {
            Settings = new Dictionary<string, string?>
            {
                ["ExternalProviders:Providers:0:Name"] = "github",
                ["ExternalProviders:Providers:0:DisplayName"] = "GitHub",
                ["ExternalProviders:Providers:0:Kind"] = "GitHub",
                ["ExternalProviders:Providers:0:ClientId"] = "us",
                ["ExternalProviders:Providers:0:ClientSecret"] = "a demo secret there",
                ["ExternalProviders:Providers:1:Name"] = "city",
                ["ExternalProviders:Providers:1:DisplayName"] = "All departments of the city of Neustadt",
                ["ExternalProviders:Providers:1:Issuer"] = "https://login.city.example",
                ["ExternalProviders:Providers:1:ClientId"] = "us",
                ["ExternalProviders:Providers:1:ClientSecret"] = "a demo secret there",
            },
        });
        await _server.Database.ExecuteAsync(
            "INSERT INTO account_logins (issuer, subject, account_id, name) "
                + "VALUES ('https://github.com', '1', $1, 'octo')",
            TestData.AliceId);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    public static TheoryData<string, ColorScheme, int, int> Looks => new(new[]
    {
        ("de-DE", ColorScheme.Dark, 390, 844),
        ("en-US", ColorScheme.Light, 1280, 800),
    });

    [LongGateTheory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_with_providers_is_accessible(string locale, ColorScheme scheme, int width, int height)
    {
        await using var context = await stage.OpenAsync(
            new() { ColorScheme = scheme, Locale = locale, ViewportSize = new() { Width = width, Height = height } },
            _server);
        var page = await context.NewPageAsync();
        await page.GotoAsync("/account/sign-in?returnUrl=%2Faccount%2Flogins");
        await AccessibilityTests.JudgeAsync(page, $"providers-{locale[..2]}-sign-in");
        await page.FillAsync("#email", TestData.Email);
        await page.FillAsync("#password", TestData.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/account/logins");
        await AccessibilityTests.JudgeAsync(page, $"providers-{locale[..2]}-logins");
        await page.GotoAsync("/account/password");
        await AccessibilityTests.JudgeAsync(page, $"providers-{locale[..2]}-password");
        await page.GotoAsync("/account");
        await AccessibilityTests.JudgeAsync(page, $"providers-{locale[..2]}-account");
    }
}
