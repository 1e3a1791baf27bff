using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients.Assertions;

/// <summary>
/// An app that is made of Microsoft.IdentityModel alone, as docs/operations/clients.md shows: it makes its key, hands
/// the public half to the operator, and signs an assertion for each request.
/// </summary>
public sealed class StockAssertionTests(SignedInServer flow) : IClassFixture<SignedInServer>
{
    [Fact]
    [Row("PKJ-01")]
    public async Task A_key_pair_of_the_framework_buys_tokens()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var security = new ECDsaSecurityKey(key);
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(
            new ECDsaSecurityKey(ECDsa.Create(key.ExportParameters(false))));
        jwk.Kid = security.KeyId = Base64UrlEncoder.Encode(jwk.ComputeJwkThumbprint());
        await flow.Database.AddKeyClientAsync("stock-ec", Published(jwk));

        await LivesAsync("stock-ec", new SigningCredentials(security, SecurityAlgorithms.EcdsaSha256));
    }

    [Fact]
    [Row("PKJ-01")]
    public async Task A_certificate_buys_tokens_with_its_chain_in_the_header()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest(
            "CN=stock",
            key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var security = new X509SecurityKey(certificate);
        var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(key.ExportParameters(false)));
        jwk.Kid = security.KeyId;
        await flow.Database.AddKeyClientAsync("stock-rsa", Published(jwk));
        var chain = Enumerable.Repeat(Convert.ToBase64String(certificate.RawData), 4).ToArray();

        await LivesAsync("stock-rsa", new SigningCredentials(security, SecurityAlgorithms.RsaSsaPssSha256), new()
        {
            ["x5c"] = chain,
        });
    }

    private static string Published(JsonWebKey jwk) =>
        JsonSerializer.Serialize(
            new
            {
                keys = new[]
                {
                    new { kty = jwk.Kty, crv = jwk.Crv, x = jwk.X, y = jwk.Y, n = jwk.N, e = jwk.E, kid = jwk.Kid },
                },
            },
            WithoutNulls);

    private static readonly JsonSerializerOptions WithoutNulls = new()
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private static string Assertion(
        string clientId,
        SigningCredentials credentials,
        Dictionary<string, object>? header) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "client-authentication+jwt",
            Issuer = clientId,
            Audience = TestServer.Issuer,
            Expires = TimeProvider.System.GetUtcNow().AddMinutes(1).UtcDateTime,
            SigningCredentials = credentials,
            Claims = new Dictionary<string, object> { ["sub"] = clientId, ["jti"] = Guid.NewGuid().ToString() },
            AdditionalHeaderClaims = header,
        });

    private async Task LivesAsync(
        string clientId, SigningCredentials credentials, Dictionary<string, object>? header = null)
    {
        string Fresh() => Assertion(clientId, credentials, header);
        var tokens = (await flow.Server.RedeemByAsync(
            await flow.CodeAsync(AuthorizationAsk.For(clientId, AppKeyRequests.RedirectUri)), Fresh())).IsTokens();
        tokens = (await flow.Server.RefreshByAsync(tokens.RefreshToken, Fresh(), path: "/oauth/refresh")).IsTokens();
        Assert.Equal(HttpStatusCode.OK, (await flow.Server.RevokeByAsync(tokens.AccessToken, Fresh())).Status);
        (await flow.Server.RevokeByAsync(tokens.RefreshToken, Fresh())).IsDone();
    }
}
