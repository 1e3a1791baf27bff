using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Keys;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Revoke;

/// <summary>An access token that we signed and that has not expired.</summary>
/// <param name="Id">Its <c>jti</c>.</param>
/// <param name="ClientId">Whom it was issued to.</param>
/// <param name="Subject">The person; null for a client's own.</param>
/// <param name="Jwt">The token itself.</param>
internal sealed record IssuedAccessToken(string Id, string ClientId, Guid? Subject, JsonWebToken Jwt)
{
    /// <summary>Holds the token.</summary>
    public override string ToString() => Id;
}

/// <summary>
/// Recognises our own access tokens, for revocation and introspection. Expired tokens and those of others need none.
/// </summary>
internal sealed class AccessTokenReader(KeyRing keys, ServerAddress address, TimeProvider clock)
{
    private readonly JsonWebTokenHandler _handler = new();

    /// <summary>False as long as there is no key to verify a token with.</summary>
    public bool CanVerify => keys.Current is not null;

    /// <summary>The token if we signed it and it has not expired, else null.</summary>
    public async Task<IssuedAccessToken?> ReadAsync(string token)
    {
        if (keys.Current is not { } ring) return null;
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = address.Issuer,
            ValidateAudience = false,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidTypes = ["at+jwt"],
            IssuerSigningKeys = ring.Published.Select(key => key.Verifier),
            LifetimeValidator = (_, expires, _, _) => expires > clock.GetUtcNow().UtcDateTime,
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt) return null;
        return jwt.TryGetPayloadValue<string>("client_id", out var clientId) && jwt.Id.Length > 0
            ? new(jwt.Id, clientId, Guid.TryParse(jwt.Subject, out var subject) ? subject : null, jwt)
            : null;
    }
}
