using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>The ID token (OpenID Connect Core §2, §3.1.3, §12.2).</summary>
[Collection(SharedServer.Name)]
public sealed class IdTokenTests(SharedServer flow)
{
    [Fact, Row("OIDC-02")]
    public async Task It_comes_with_openid_alone_and_is_for_the_client()
    {
        var plain = await flow.TokensAsync();
        Assert.Null(plain.IdToken());

        foreach (var resource in (string?[])[null, TestServer.Issuer])
        {
            var reply = (await flow.Browser.TokensAsync(
                flow.Server, OpenIdAsks.For("openid read").With("resource", resource))).IsTokens();
            var token = reply.IdToken()!;

            await AssertSignedAsync(token);
            Assert.Equal("JWT", token.Typ);
            Assert.Equal((TestServer.Issuer, TestData.AliceId.ToString()), (token.Issuer, token.Subject));
            Assert.Equal(JsonValueKind.String, Payload(token).GetProperty("aud").ValueKind);
            Assert.Equal([OpenIdAsks.Client], token.Audiences);
            var payload = Payload(token);
            Assert.Equal(900, payload.GetProperty("exp").GetInt64() - payload.GetProperty("iat").GetInt64());
            Assert.InRange(
                payload.GetProperty("auth_time").GetInt64(),
                payload.GetProperty("iat").GetInt64() - 3600,
                payload.GetProperty("iat").GetInt64());
            Assert.Equal("1fa", payload.GetProperty("acr").GetString());
            Assert.Equal(["pwd"], payload.GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
            Assert.True(Guid.TryParseExact(payload.GetProperty("sid").GetString(), "D", out _));
            Assert.Equal(HashOf(reply.AccessToken!), payload.GetProperty("at_hash").GetString());
            Assert.Equal("openid read", reply.Scope);
            Assert.Equal([TestServer.Issuer], new JsonWebToken(reply.AccessToken).Audiences);
        }
    }

    [Fact]
    public async Task With_openid_alone_the_access_token_is_for_the_userinfo_endpoint()
    {
        var reply = (await flow.Browser.TokensAsync(flow.Server)).IsTokens();

        Assert.Equal([TestServer.Issuer + "/oauth/userinfo"], new JsonWebToken(reply.AccessToken).Audiences);
        Assert.Equal("openid", reply.Scope);
        Assert.NotNull((await flow.Server.RefreshAsync(reply.RefreshToken, OpenIdAsks.Client)).IsTokens().IdToken());
    }

    [Theory, Row("OIDC-03")]
    [InlineData("n-0S6_WzA2Mj")]
    [InlineData("a b+c/d=e%f\"g")]
    [InlineData("%2B%20")]
    [InlineData("ümlaut")]
    public async Task The_nonce_returns_byte_for_byte(string nonce)
    {
        foreach (var sent in (string[])[nonce, nonce.PadRight(64, '/'), nonce.PadRight(1000, '+')])
            Assert.Equal(sent, await NonceAsync(sent));
    }

    [Fact, Row("OIDC-03")]
    public async Task Without_a_nonce_there_is_none()
    {
        Assert.Null(await NonceAsync(null));
        Assert.Null(await NonceAsync(string.Empty));
    }

    [Fact, Row("OIDC-14")]
    public async Task A_refreshed_one_says_the_same_of_the_sign_in()
    {
        var first = await flow.Browser.TokensAsync(flow.Server, OpenIdAsks.For("openid read").With("nonce", "n-1"));
        await Eventually.BecomesTrue(
            () => Task.FromResult(DateTimeOffset.UtcNow.ToUnixTimeSeconds() > Seconds(first.IdToken()!, "iat")),
            TimeSpan.FromSeconds(5),
            "a second passed");
        var later = (await flow.Server.RefreshAsync(first.RefreshToken, OpenIdAsks.Client)).IsTokens();

        var (before, after) = (Payload(first.IdToken()!), Payload(later.IdToken()!));
        foreach (var claim in (string[])["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"])
            Assert.Equal(before.GetProperty(claim).GetRawText(), after.GetProperty(claim).GetRawText());
        Assert.True(after.GetProperty("iat").GetInt64() > before.GetProperty("iat").GetInt64());
        Assert.False(after.TryGetProperty("nonce", out _));
        Assert.Equal(HashOf(later.AccessToken!), after.GetProperty("at_hash").GetString());
        await AssertSignedAsync(later.IdToken()!);
    }

    [Fact]
    public async Task A_refresh_for_less_than_openid_brings_none()
    {
        var first = await flow.Browser.TokensAsync(flow.Server, OpenIdAsks.For("openid read"));
        var narrow = (await flow.Server.RefreshAsync(first.RefreshToken, OpenIdAsks.Client, "read")).IsTokens();

        Assert.Equal("read", narrow.Scope);
        Assert.Null(narrow.IdToken());
        Assert.NotNull((await flow.Server.RefreshAsync(narrow.RefreshToken, OpenIdAsks.Client)).IsTokens().IdToken());
    }

    [Fact, Row("AT-06"), Row("STEP-07")]
    public async Task Access_tokens_and_introspection_say_how_the_person_signed_in()
    {
        foreach (var ask in (AuthorizationAsk[])[
            OpenIdAsks.For("openid read").With("acr_values", "1fa"), OpenIdAsks.For("read").With("max_age", "3600"),
        ])
        {
            var first = (await flow.Browser.TokensAsync(flow.Server, ask)).IsTokens();
            var later = (await flow.Server.RefreshAsync(first.RefreshToken, OpenIdAsks.Client)).IsTokens();
            var said = Payload(new JsonWebToken(first.AccessToken));

            Assert.Equal("1fa", said.GetProperty("acr").GetString());
            Assert.InRange(
                said.GetProperty("auth_time").GetInt64(),
                said.GetProperty("iat").GetInt64() - 3600,
                said.GetProperty("iat").GetInt64());
            foreach (var token in (string[])[first.AccessToken!, later.AccessToken!])
            {
                var introspected = (await flow.Server.PostFormAsync(
                    "/oauth/introspect",
                    ("token", token),
                    ("client_id", OpenIdAsks.Client),
                    ("client_secret", TestData.Secret))).Json!.Value;
                foreach (var claim in (string[])["auth_time", "acr"])
                {
                    Assert.Equal(
                        said.GetProperty(claim).GetRawText(),
                        Payload(new JsonWebToken(token)).GetProperty(claim).GetRawText());
                    Assert.Equal(said.GetProperty(claim).GetRawText(), introspected.GetProperty(claim).GetRawText());
                }
            }
        }
    }

    private async Task<string?> NonceAsync(string? nonce)
    {
        var reply = (await flow.Browser.TokensAsync(flow.Server, OpenIdAsks.For().With("nonce", nonce))).IsTokens();
        return Payload(reply.IdToken()!).TryGetProperty("nonce", out var returned) ? returned.GetString() : null;
    }

    private async Task AssertSignedAsync(JsonWebToken token)
    {
        var keys = new JsonWebKeySet(
            await flow.Server.Http.GetStringAsync(new Uri("/.well-known/jwks.json", UriKind.Relative)));
        var result = await new JsonWebTokenHandler()
            .ValidateTokenAsync(token.EncodedToken, new TokenValidationParameters
            {
                ValidIssuer = TestServer.Issuer,
                ValidAudience = OpenIdAsks.Client,
                ValidAlgorithms = ["RS256"],
                IssuerSigningKeys = keys.GetSigningKeys(),
            });
        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Contains(keys.Keys, key => key.Kid == token.Kid);
    }

    private static long Seconds(JsonWebToken token, string claim) => Payload(token).GetProperty(claim).GetInt64();

    private static JsonElement Payload(JsonWebToken token) =>
        JsonSerializer.Deserialize<JsonElement>(Base64UrlEncoder.Decode(token.EncodedPayload));

    private static string HashOf(string token) =>
        Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(token))[..16]);
}
