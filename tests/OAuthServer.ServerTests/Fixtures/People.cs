using System.Text.RegularExpressions;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>What the people of the seed have done so far.</summary>
internal static partial class People
{
    /// <summary>
    /// Nobody has agreed to anything and nobody has mistyped a password: by the database, or from outside by
    /// withdrawing and signing in.
    /// </summary>
    public static async Task StartAnewAsync(TestServer server)
    {
        if (Deployment.UnderTest is null)
        {
            await server.Database.ExecuteAsync("DELETE FROM oauth_consents");
            await server.Database.ExecuteAsync("UPDATE accounts SET access_failed_count = 0, lockout_end = NULL");
            return;
        }

        foreach (var email in new[] { TestData.Email, TestData.OtherEmail })
        {
            using var browser = new TestBrowser(server);
            await browser.SignInAsync(email);
            await WithdrawAllAsync(browser);
        }
    }

    public static async Task WithdrawAllAsync(TestBrowser browser)
    {
        using var page = await browser.GetAsync("/account/connections");
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var antiforgery = (await TestBrowser.FormAsync(
            await browser.GetAsync("/account/sign-out"), "/account/sign-out")).Fields["antiforgery"];
        foreach (Match client in ConnectedClient().Matches(html))
        {
            using var answer = await browser.PostAsync("/account/connections/withdraw", new Dictionary<string, string>
            {
                ["antiforgery"] = antiforgery,
                ["client_id"] = client.Groups[1].Value,
            });
        }
    }

    [GeneratedRegex("name=\"client_id\" value=\"([^\"]+)\"")]
    private static partial Regex ConnectedClient();
}
