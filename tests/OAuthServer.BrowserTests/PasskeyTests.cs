using System.Globalization;
using Microsoft.Playwright;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests;

/// <summary>Passkeys in Chromium, with the authenticator that it plays by itself (its WebAuthn domain).</summary>
public sealed class PasskeyTests(Stage stage) : IAsyncLifetime
{
    private TestServer _server = null!;
    private string _issuer = "";

    // Browsers have passkeys for names alone, and Chromium trusts this one without a certificate.
    public async ValueTask InitializeAsync()
    {
        var port = LoopbackPort.Free().ToString(CultureInfo.InvariantCulture);
        _issuer = "http://localhost:" + port;
        _server = await TestServer.StartAsync(new()
        {
            Environment = "Development",
            Settings = new Dictionary<string, string?>
            {
                ["OAuth:Issuer"] = _issuer,
                ["urls"] = "http://127.0.0.1:" + port,
            },
        });
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_passkey_is_added_signs_in_and_is_removed()
    {
        await using var context = await stage.OpenAtAsync(new Uri(_issuer));
        var page = await context.NewPageAsync();
        await AddAuthenticatorAsync(context, page);
        // Else the authenticator answers by itself what the page offers beside the saved names.
        await page.AddInitScriptAsync(
            "if (location.search.includes('button')) PublicKeyCredential.isConditionalMediationAvailable = async () => "
                + "false");
        await page.GotoAsync("/account/passkeys");
        await page.SignInAsync();
        await page.GetByLabel("Name of the new passkey").FillAsync("My phone");
        await page.Button("Add a passkey").ClickAsync();
        await page.Heading("Your recovery codes").WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "I have kept them" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The passkey was added");
        await Assertions.Expect(page.Heading("My phone")).ToBeVisibleAsync();
        await AccessibilityTests.JudgeAsync(page, "passkeys");

        // By the button, without a name.
        await context.ClearCookiesAsync();
        await page.GotoAsync("/account/sign-in?button&returnUrl=%2Faccount%2Fpasskeys");
        await page.Button("Sign in with a passkey").ClickAsync();
        await Assertions.Expect(page.Heading("My phone")).ToBeVisibleAsync();

        // Offered beside the saved names.
        await context.ClearCookiesAsync();
        await page.GotoAsync("/account/sign-in?returnUrl=%2Faccount%2Fpasskeys");
        await Assertions.Expect(page.Heading("My phone")).ToBeVisibleAsync();

        // After the password it is the second factor.
        await context.ClearCookiesAsync();
        await page.GotoAsync("/account/sign-in?button&returnUrl=%2Faccount%2Fpasskeys");
        await page.SignInAsync();
        await page.Heading("Confirm that it is you").WaitForAsync();
        await AccessibilityTests.JudgeAsync(page, "second-step-passkey");
        await page.Button("Sign in with a passkey").ClickAsync();
        await Assertions.Expect(page.Heading("My phone")).ToBeVisibleAsync();

        await page.Button("Remove My phone").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The passkey was removed");
    }

    [Fact]
    public async Task Without_script_there_is_the_password()
    {
        await using var context = await stage.OpenAsync(new() { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/account/passkeys");
        await Assertions.Expect(page.Button("Sign in with a passkey")).ToBeHiddenAsync();
        await page.SignInAsync(await stage.EnrolAsync());
        await Assertions.Expect(page.Heading("Passkeys")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("JavaScript has to be on")).ToBeVisibleAsync();
    }

    private static async Task AddAuthenticatorAsync(IBrowserContext context, IPage page)
    {
        var session = await context.NewCDPSessionAsync(page);
        await session.SendAsync("WebAuthn.enable", new() { ["enableUI"] = false });
        await session.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }
}
