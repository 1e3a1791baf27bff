using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests;

/// <summary>The pages on which people help themselves: accessible, by keyboard alone, in German too.</summary>
public sealed class MailedPagesTests(Stage stage)
{
    public static TheoryData<string, ColorScheme, int, int> Looks => new(new[]
    {
        ("de-DE", ColorScheme.Dark, 390, 844),
        ("en-US", ColorScheme.Light, 1280, 800),
    });

    [LongGateTheory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_of_mailed_links_is_accessible(string locale, ColorScheme scheme, int width, int height)
    {
        await using var context = await stage.OpenAsync(new()
        {
            ColorScheme = scheme,
            Locale = locale,
            ViewportSize = new() { Width = width, Height = height },
        });
        var page = await context.NewPageAsync();
        var name = "mail-" + locale[..2] + "-";
        foreach (var (path, shot) in new[]
        {
            ("/account/sign-in", "sign-in"),
            ("/account/forgot", "forgot"),
            ("/account/forgot?done=sent", "forgot-sent"),
            ("/account/register", "register"),
            ("/account/reset?token=unknown", "link-dead"),
            ("/account/reset?done=set", "password-set"),
        })
        {
            await page.GotoAsync(path);
            await AccessibilityTests.JudgeAsync(page, name + shot);
        }

        await page.GotoAsync("/account/reset?token=" + await LinkAsync("reset", TestData.BobId));
        await AccessibilityTests.JudgeAsync(page, name + "reset");
        await page.FillAsync("#new", "password12345678");
        await page.FillAsync("#repeat", "password12345678");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#fault").WaitForAsync();
        await AccessibilityTests.JudgeAsync(page, name + "reset-failed");

        await page.GotoAsync("/account/sign-in");
        await page.FillAsync("#email", TestData.Email);
        await page.FillAsync("#password", TestData.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/account");
        foreach (var (path, shot) in new[]
        {
            ("/account/email", "email"),
            ("/account/email?done=asked", "email-asked"),
            ("/account/delete", "delete"),
            ("/account/data", "data"),
            ("/account/email/confirm?token=" + await LinkAsync("confirmation", TestData.AliceId), "confirm"),
        })
        {
            await page.GotoAsync(path);
            await AccessibilityTests.JudgeAsync(page, name + shot);
        }
    }

    /// <summary>From the sign-in page to the answer with nothing but keys.</summary>
    [Fact]
    public async Task A_link_is_asked_for_by_keyboard_alone()
    {
        await using var context = await stage.OpenAsync(new() { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/account/sign-in");
        await page.GetByRole(AriaRole.Link, new() { Name = "Forgot your password?" }).PressAsync("Enter");
        var address = page.Locator("#email:focus");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/account/forgot$"));
        await address.PressSequentiallyAsync(TestData.Email);
        await address.PressAsync("Enter");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Look in your mail" }).WaitForAsync();
    }

    private async Task<string> LinkAsync(string kind, Guid account)
    {
        var token = Guid.NewGuid().ToString("N");
        await stage.Server.Database.ExecuteAsync("""
            INSERT INTO account_tokens (hash, kind, account_id, security_stamp, address, normalized_address, expires_at)
            SELECT $1, $2, id, security_stamp, email, normalized_email, now() + interval '50 minutes' FROM accounts
                WHERE id = $3
            """, SHA256.HashData(Encoding.UTF8.GetBytes(token)), kind, account);
        return token;
    }
}
