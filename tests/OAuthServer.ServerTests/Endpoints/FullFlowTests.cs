using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>The whole round: sign in, consent, code, tokens, refresh, revoke.</summary>
public sealed class FullFlowTests
{
    [Fact]
    public async Task A_person_signs_in_agrees_and_the_app_gets_refreshes_and_revokes_tokens()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = new TestBrowser(server);

        var answer = await browser.AuthorizeAsync(new AuthorizationAsk());
        Assert.Equal(TestData.WebRedirectUri, answer.Target);
        Assert.Equal("s-1", answer["state"]);
        Assert.Equal(TestServer.Issuer, answer["iss"]);

        var first = await server.RedeemAsync(answer.Code);
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal("read", first.Scope);

        var second = await server.RefreshAsync(first.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);

        Assert.Equal(HttpStatusCode.OK, (await server.RevokeAsync(second.RefreshToken)).Status);
        Assert.Equal("invalid_grant", (await server.RefreshAsync(second.RefreshToken)).Error);
        Assert.True(await server.IsRevokedAsync(second.AccessToken!));
    }

    [Theory]
    [InlineData(TestData.Spa, TestData.SpaRedirectUri)]
    [InlineData(TestData.Native, "http://127.0.0.1:51004/cb")]
    public async Task A_public_client_needs_no_secret(string clientId, string redirectUri)
    {
        await using var server = await TestServer.StartAsync();
        var tokens = await server.RedeemAsync(await server.CodeAsync(AuthorizationAsk.For(clientId, redirectUri)), clientId, redirectUri);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal(HttpStatusCode.OK, (await server.RefreshAsync(tokens.RefreshToken, clientId, path: "/oauth/refresh")).Status);
    }
}
