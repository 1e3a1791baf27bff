using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests;

/// <summary>The page with which a native app is reached that has an https link.</summary>
public sealed class AppLinkTests(Stage stage)
{
    private const string Link = "https://app.example/cb";

    [Theory]
    [InlineData(390, 844)]
    [InlineData(1200, 850)]
    public async Task One_tap_leads_to_the_app(int width, int height)
    {
        var size = new ViewportSize { Width = width, Height = height };
        await using var context = await stage.OpenAsync(new() { ViewportSize = size });
        var (page, email, client) = (await context.NewPageAsync(), await stage.EnrolAsync(), $"linked-{width}");
        await stage.Server.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes)
            VALUES ($1, 'An app with a name that is long enough to be wrapped', 'native', ARRAY[$2], '{read}')
            """,
            client, Link);
        await stage.Server.Database.ExecuteAsync(
            """
            INSERT INTO oauth_consents (user_id, client_id, resource, scopes)
            SELECT id, $1, 'https://as.example.test/', '{read}' FROM accounts WHERE email = $2
            """,
            client, email);
        await page.RouteAsync("https://app.example/**", route => route.FulfillAsync(new() { Body = "the app" }));
        await page.GotoAsync("/account/sign-in");
        await page.SignInAsync(email: email);
        await page.Heading("Your account").WaitForAsync();

        await page.GotoAsync(AuthorizationAsk.For(client, Link).Path);
        var open = page.GetByRole(AriaRole.Link);
        await Assertions.Expect(open).ToHaveCountAsync(1);
        Assert.Empty((await page.RunAxe()).Violations);
        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width);
        await open.ClickAsync();
        await page.WaitForURLAsync("https://app.example/**");

        var answer = new AuthorizationAnswer(page.Url);
        Assert.Equal(("s-1", TestServer.Issuer), (answer["state"], answer["iss"]));
        Assert.NotNull((await stage.Server.RedeemPublicAsync(answer.Code!, client)).AccessToken);
    }
}
