using Microsoft.Playwright;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests;

/// <summary>The pages of a person's own account.</summary>
public sealed class AccountPageTests(Stage stage)
{
    [Fact]
    public async Task Removing_an_apps_access_makes_it_ask_again()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync("App to remove"));
        await page.GotoAsync(app.Ask());
        await page.GoOnAsync(app);
        await page.GotoAsync("/account/connections");
        await page.Button("Remove access of App to remove").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Access removed");
        await Assertions.Expect(page.Heading("App to remove")).ToHaveCountAsync(0);
        await page.GotoAsync(app.Ask());
        await Assertions.Expect(page.Button("Allow")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Signing_out_asks_first_and_ends_the_session()
    {
        await using var context = await stage.OpenAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync("/account/connections");
        await page.SignInAsync();
        await Assertions.Expect(page.Heading("Connected apps")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign out" }).ClickAsync();
        await page.Button("Sign out").ClickAsync();
        await Assertions.Expect(page.Heading("You are signed out")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Assertions.Expect(page.Heading("You are signed out")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in again" }).ClickAsync();
        await Assertions.Expect(page.Button("Sign in")).ToBeVisibleAsync();
        await page.GotoAsync("/account/connections");
        await Assertions.Expect(page.Button("Sign in")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Cookies_are_hardened_and_all_but_those_that_know_browser_and_language_stay_until_it_closes()
    {
        await using var context = await stage.OpenAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync("/account/sign-in");
        await page.SignInAsync();
        await Assertions.Expect(page.Heading("Your account")).ToBeVisibleAsync();
        var cookies = await context.CookiesAsync();
        // The language is that of the profile.
        Assert.Equal(
            [
                "__Host-oauthserver-antiforgery",
                "__Host-oauthserver-device",
                "__Host-oauthserver-language",
                "__Host-oauthserver-passkey",
                "__Host-oauthserver-session",
            ],
            cookies.Select(cookie => cookie.Name).Order(StringComparer.Ordinal));
        foreach (var cookie in cookies)
        {
            Assert.True(
                cookie is { HttpOnly: true, Secure: true, SameSite: SameSiteAttribute.Lax, Path: "/" }, cookie.Name);
            Assert.Equal(
                cookie.Name is "__Host-oauthserver-device" or "__Host-oauthserver-language", cookie.Expires != -1);
        }
    }

    [Fact]
    public async Task A_changed_password_is_the_one_that_signs_in()
    {
        const string chosen = "four quiet river stones";
        await using var context = await stage.OpenAsync();
        var (page, email) = (await context.NewPageAsync(), await stage.EnrolAsync());
        await page.GotoAsync("/account/password");
        await page.SignInAsync(email);
        await page.GetByLabel("Current password").FillAsync(TestData.Password);
        await page.GetByLabel("New password", new() { Exact = true }).FillAsync(chosen);
        await page.GetByLabel("New password again").FillAsync(chosen);
        await page.Button("Change password").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Your password was changed");

        await using var elsewhere = await stage.OpenAsync();
        var other = await elsewhere.NewPageAsync();
        await other.GotoAsync("/account/connections");
        await other.SignInAsync(email);
        await Assertions.Expect(other.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await other.SignInAsync(email, chosen);
        await Assertions.Expect(other.Heading("Connected apps")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_password_can_be_shown_and_is_hidden_again_before_it_is_sent()
    {
        await using var context = await stage.OpenAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync("/account/sign-in");
        var field = page.GetByLabel("Password");
        await field.FillAsync("what was typed");
        await Assertions.Expect(field).ToHaveAttributeAsync("type", "password");
        await page.Button("Show").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(field).ToHaveAttributeAsync("type", "text");
        await page.Button("Hide").ClickAsync();
        await Assertions.Expect(field).ToHaveAttributeAsync("type", "password");
        await page.Button("Show").ClickAsync();
        // Until the next page is there, the form is as it was sent.
        await page.EvaluateAsync("document.forms[0].addEventListener('submit', sent => sent.preventDefault())");
        await page.Button("Sign in").ClickAsync();
        await page.GetByLabel("E-mail address").FillAsync("nobody@example.com");
        await page.Button("Sign in").ClickAsync();
        await Assertions.Expect(field).ToHaveAttributeAsync("type", "password");
        await page.GotoAsync("/account/password");
        await page.SignInAsync();
        await Assertions.Expect(page.Button("Show")).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task Without_script_there_is_no_button_that_does_nothing()
    {
        await using var context = await stage.OpenAsync(new() { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/account/password");
        await page.SignInAsync();
        await Assertions.Expect(page.GetByLabel("Current password")).ToBeVisibleAsync();
        await Assertions.Expect(page.Button("Show")).ToHaveCountAsync(0);
        Assert.Equal(
            "minlength: 15; maxlength: 128; allowed: unicode;",
            await page.GetByLabel("New password again").GetAttributeAsync("passwordrules"));
    }
}
