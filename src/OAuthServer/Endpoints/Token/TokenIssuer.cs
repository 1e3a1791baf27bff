using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Audit;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Token;

/// <summary>
/// Makes access tokens: JWTs of type <c>at+jwt</c> signed with RS256 (RFC 9068 §2). <c>iat</c> is floored to the
/// second and there is no <c>nbf</c> (docs/decisions/004-iat-without-nbf.md).
/// </summary>
internal sealed class TokenIssuer(
    ServerAddress address, IOptions<OAuthOptions> options, TimeProvider clock, ServerTelemetry telemetry)
{
    private readonly TimeSpan _lifetime = options.Value.AccessTokenLifetime;
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>
    /// The tokens that answer a request. The key is resolved by the caller before anything is consumed.
    /// </summary>
    public IssuedTokens Issue(SigningKey key, string clientId, GrantedAccess access)
    {
        using var span = telemetry.Span("sign access token");
        var began = telemetry.SigningBegins();
        var lifetime = (long)(access.Lifetime ?? _lifetime).TotalSeconds;
        var issuedAt = clock.GetUtcNow().ToUnixTimeSeconds();
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "at+jwt",
            SigningCredentials = key.Credentials,
            Claims = new Dictionary<string, object>
            {
                ["iss"] = address.Issuer,
                // No client id looks like the id of an account (RFC 9068 §5).
                ["sub"] = access.UserId?.ToString() ?? clientId,
                ["aud"] = access.Audience,
                ["exp"] = issuedAt + lifetime,
                ["iat"] = issuedAt,
                ["jti"] = Handle.NewTokenId(access.GrantId),
                ["client_id"] = clientId,
                ["scope"] = access.Scope,
                ["type"] = "access",
            },
        });
        telemetry.Signed(began);
        return new IssuedTokens(token, lifetime, access.RefreshToken, access.Scope);
    }
}
