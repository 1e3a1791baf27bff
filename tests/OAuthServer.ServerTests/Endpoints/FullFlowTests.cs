using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
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

    /// <summary>All else has a safe default, and every tool's bcrypt is taken.</summary>
    [Theory]
    [InlineData("$2a")]
    [InlineData("$2b")]
    [InlineData("$2y")]
    public async Task A_client_registered_by_five_columns_signs_somebody_in(string bcrypt)
    {
        const string redirectUri = "https://five.example/cb";
        await using var server = await TestServer.StartAsync();
        await server.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes)
            VALUES ('five-columns', $1, 'Five Columns', '{https://five.example/cb}', '{read,write}')
            """,
            string.Concat(bcrypt, TestData.FullSecretHash.AsSpan(bcrypt.Length)));
        using var browser = new TestBrowser(server);

        var ask = AuthorizationAsk.For("five-columns", redirectUri).With("scope", "read write");
        var answer = await browser.AuthorizeAsync(ask);
        Assert.Equal(redirectUri, answer.Target);
        Assert.Equal(
            "invalid_grant",
            (await server.RedeemAsync(answer.Code, "five-columns", redirectUri, verifier: null)).Error);
        var first = await server.RedeemAsync(answer.Code, "five-columns", redirectUri);
        Assert.Equal((HttpStatusCode.OK, "read write"), (first.Status, first.Scope));
        var second = await server.RefreshAsync(first.RefreshToken, "five-columns");
        Assert.Equal(HttpStatusCode.OK, second.Status);

        var token = new JsonWebToken(second.AccessToken);
        Assert.Equal(("five-columns", TestData.AliceId.ToString()), (token.GetClaim("client_id").Value, token.Subject));
        Assert.Equal("invalid_request", (await browser.AuthorizeAsync(ask.With("code_challenge", null))).Error);
    }

    [Theory]
    [InlineData(TestData.Spa, TestData.SpaRedirectUri)]
    [InlineData(TestData.Native, "http://127.0.0.1:51004/cb")]
    public async Task A_public_client_needs_no_secret(string clientId, string redirectUri)
    {
        await using var server = await TestServer.StartAsync();
        var tokens = await server.RedeemAsync(
            await server.CodeAsync(AuthorizationAsk.For(clientId, redirectUri)), clientId, redirectUri);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await server.RefreshAsync(tokens.RefreshToken, clientId, path: "/oauth/refresh")).Status);
    }
}
