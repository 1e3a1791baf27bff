using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token;

/// <summary>
/// Access tokens as a stock JWT library sees them, with nothing but the published keys (RFC 9068 §2, §4).
/// </summary>
[Collection(SharedServer.Name)]
public sealed class StockVerifierTests(SharedServer flow)
{
    private const long Lifetime = 900;

    [Fact]
    public async Task It_verifies_with_the_published_keys()
    {
        var tokens = await flow.TokensAsync();
        var keys = await flow.Server.Http.GetStringAsync(
            new Uri("/.well-known/jwks.json", UriKind.Relative), TestContext.Current.CancellationToken);

        var result = await new JsonWebTokenHandler()
            .ValidateTokenAsync(tokens.AccessToken, new TokenValidationParameters
            {
                ValidIssuer = TestServer.Issuer,
                ValidAudience = TestServer.Issuer,
                ValidTypes = ["at+jwt"],
                ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
                IssuerSigningKeys = new JsonWebKeySet(keys).GetSigningKeys(),
            });

        Assert.True(result.IsValid, result.Exception?.Message);
    }

    [Fact]
    public async Task It_lives_900_seconds_and_says_who_what_and_for_whom()
    {
        var before = DateTimeOffset.Parse(
            (await flow.Database.ScalarAsync<string>(
                "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"))!,
            System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds();
        var tokens = await flow.TokensAsync(new AuthorizationAsk().With("scope", "write read"));
        var jwt = new JsonWebToken(tokens.AccessToken);
        var claims = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(
            Base64UrlEncoder.Decode(jwt.EncodedPayload))!;

        Assert.Equal(Lifetime, tokens.Json!.Value.GetProperty("expires_in").GetInt64());
        Assert.Equal(Lifetime, claims["exp"].GetInt64() - claims["iat"].GetInt64());
        Assert.InRange(claims["iat"].GetInt64(), before, before + 60);
        Assert.Equal(
            ["acr", "aud", "auth_time", "client_id", "exp", "iat", "iss", "jti", "scope", "sub", "type"],
            claims.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(TestServer.Issuer, claims["iss"].GetString());
        Assert.Equal(TestServer.Issuer, claims["aud"].GetString());
        Assert.Equal(TestData.AliceId.ToString(), claims["sub"].GetString());
        Assert.Equal(TestData.Web, claims["client_id"].GetString());
        Assert.Equal("write read", claims["scope"].GetString());
        Assert.Equal("access", claims["type"].GetString());
        Assert.Equal(("at+jwt", "RS256"), (jwt.Typ, jwt.Alg));
        Assert.NotEmpty(jwt.Kid);
    }

    [Fact]
    public async Task Every_access_token_has_an_id_of_its_own_that_begins_with_its_grant()
    {
        var first = await flow.TokensAsync();
        var second = await flow.Server.RefreshAsync(first.RefreshToken);
        var ids = new[] { new JsonWebToken(first.AccessToken).Id, new JsonWebToken(second.AccessToken).Id };

        Assert.NotEqual(ids[0], ids[1]);
        Assert.Equal(ids[0].Split('.')[0], ids[1].Split('.')[0]);
    }

    [Fact]
    public async Task A_changed_token_does_not_verify()
    {
        var tokens = await flow.TokensAsync();
        var keys = await flow.Server.Http.GetStringAsync(
            new Uri("/.well-known/jwks.json", UriKind.Relative), TestContext.Current.CancellationToken);
        var parts = tokens.AccessToken!.Split('.');
        parts[1] = Base64UrlEncoder.Encode(
            Base64UrlEncoder.Decode(parts[1]).Replace("\"read\"", "\"admin\"", StringComparison.Ordinal));

        var result = await new JsonWebTokenHandler()
            .ValidateTokenAsync(string.Join('.', parts), new TokenValidationParameters
            {
                ValidIssuer = TestServer.Issuer,
                ValidAudience = TestServer.Issuer,
                IssuerSigningKeys = new JsonWebKeySet(keys).GetSigningKeys(),
            });

        Assert.False(result.IsValid);
    }
}
