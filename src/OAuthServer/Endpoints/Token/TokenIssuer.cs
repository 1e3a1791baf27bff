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
    ServerAddress address,
    IdTokenIssuer idTokens,
    IOptions<OAuthOptions> options,
    TimeProvider clock,
    ServerTelemetry telemetry)
{
    /// <summary>Claims that were asked for one by one (OpenID Connect Core §5.5).</summary>
    public const string UserInfoClaims = "userinfo_claims";

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
        var life = (issuedAt, issuedAt + lifetime);
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "at+jwt",
            SigningCredentials = key.Credentials,
            Claims = ClaimsOf(clientId, access, life),
        });
        telemetry.Signed(began);
        return new IssuedTokens(token, lifetime, access.RefreshToken, access.Scope)
        {
            IdToken = idTokens.Issue(key, clientId, access, token, life),
        };
    }

    private Dictionary<string, object> ClaimsOf(string clientId, GrantedAccess access, (long From, long Until) life)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = address.Issuer,
            // No client id looks like the id of an account (RFC 9068 §5).
            ["sub"] = access.UserId?.ToString() ?? clientId,
            ["aud"] = access.Audience,
            ["exp"] = life.Until,
            ["iat"] = life.From,
            ["jti"] = Handle.NewTokenId(access.GrantId),
            ["client_id"] = clientId,
            ["scope"] = access.Scope,
            ["type"] = "access",
        };
        // As it was when the person signed in (RFC 9068 §2.2.1), for APIs that ask for more (RFC 9470 §6.1).
        if (access.AuthTime is { } signedIn) claims["auth_time"] = signedIn.ToUnixTimeSeconds();
        if (access.Acr is { } level) claims["acr"] = level;
        // Names alone: what the userinfo endpoint is to answer with beside the claims of the scopes.
        if (ClaimsRequest.Of(access.Claims).UserInfo is { Count: > 0 } asked) claims[UserInfoClaims] = asked;
        return claims;
    }
}
