using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Keys;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>Requests and tokens of OpenID Connect.</summary>
internal static class OpenIdAsks
{
    /// <summary>May ask for every scope of the person, and for read and write.</summary>
    public const string Client = "openid-web";

    /// <summary>The same without the refresh grant.</summary>
    public const string CodesClient = "openid-codes";

    public const string RedirectUri = "https://rp.example/cb";

    /// <summary>A request for these scopes.</summary>
    public static AuthorizationAsk For(string scope = "openid", string client = Client) =>
        AuthorizationAsk.For(client, RedirectUri).With("scope", scope);

    /// <summary>The whole way to tokens, in this browser.</summary>
    public static async Task<Reply> TokensAsync(
        this TestBrowser browser, TestServer server, AuthorizationAsk? ask = null, string client = Client)
    {
        var answer = await browser.AuthorizeAsync(ask ?? For());
        Assert.True(answer.Code is not null, answer.Location);
        return await server.RedeemAsync(answer.Code, client);
    }

    public static JsonWebToken? IdToken(this Reply reply) =>
        reply.Json!.Value.TryGetProperty("id_token", out var token) ? new JsonWebToken(token.GetString()) : null;

    public static string RawIdToken(this Reply reply) => reply.Json!.Value.GetProperty("id_token").GetString()!;

    /// <summary>Asks the userinfo endpoint.</summary>
    public static async Task<Reply> UserInfoAsync(this TestServer server, string? token, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(
            method ?? HttpMethod.Get, new Uri("/oauth/userinfo", UriKind.Relative));
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await server.Http.SendAsync(request);
        return await Reply.ReadAsync(response);
    }

    /// <summary>A token with these claims, signed with the key of the server.</summary>
    public static string Sign(this TestServer server, string type, Dictionary<string, object> claims) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = type,
            SigningCredentials = server.Services.GetRequiredService<KeyRing>().Current!.Signing.Credentials,
            Claims = claims,
        });
}
