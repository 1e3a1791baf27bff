using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token.Grants;

/// <summary>A code is worth only what the person still stands for (CODE-10, REF-09).</summary>
[JudgesDeployment]
public sealed class CodeStandingTests(SignedInServer tokens) : IClassFixture<SignedInServer>
{
    [Fact]
    [Row("CODE-10")]
    [Row("REF-09")]
    public async Task A_disabled_account_ends_codes_and_refresh_tokens()
    {
        var code = await tokens.CodeAsync();
        var first = await tokens.TokensAsync();
        var repeatable = await tokens.TokensAsync();
        (await tokens.Server.RefreshAsync(repeatable.RefreshToken)).IsTokens();

        await tokens.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", TestData.AliceId);
        try
        {
            (await tokens.Server.RedeemAsync(code)).IsError("invalid_grant");
            (await tokens.Server.RefreshAsync(first.RefreshToken)).IsError("invalid_grant");
            (await tokens.Server.RefreshAsync(first.RefreshToken, path: "/oauth/refresh")).IsError("invalid_grant");
            (await tokens.Server.RefreshAsync(repeatable.RefreshToken)).IsError("invalid_grant");
        }
        finally
        {
            await tokens.Database.ExecuteAsync(
                "UPDATE accounts SET disabled_at = NULL WHERE id = $1", TestData.AliceId);
        }
    }

    [Fact]
    [Row("CODE-10")]
    [Row("REF-09")]
    public async Task Withdrawn_consent_ends_codes_and_refresh_tokens_of_this_client_alone()
    {
        var ask = AuthorizationAsk.For(TestData.Legacy, TestData.LegacyRedirectUri);
        var other = await tokens.TokensAsync();
        var form = await TestBrowser.FormAsync(await tokens.Browser.GetAsync("/account/sign-out"), "/account/sign-out");
        var code = await tokens.CodeAsync(ask);
        var first = await tokens.TokensAsync(ask, TestData.Legacy);

        using var withdrawn = await tokens.Browser.PostAsync(
            "/account/connections/withdraw",
            new Dictionary<string, string>
            {
                ["antiforgery"] = form.Fields["antiforgery"],
                ["client_id"] = TestData.Legacy,
            });

        Assert.Equal(HttpStatusCode.SeeOther, withdrawn.StatusCode);
        (await tokens.Server.RedeemAsync(code, TestData.Legacy)).IsError("invalid_grant");
        (await tokens.Server.RefreshAsync(first.RefreshToken, TestData.Legacy)).IsError("invalid_grant");
        Assert.True(await tokens.Server.IsRevokedAsync(first.AccessToken!));
        (await tokens.Server.RefreshAsync(other.RefreshToken)).IsTokens();
    }
}
