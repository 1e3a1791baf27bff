using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Endpoints.OpenId;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Token;

/// <summary>
/// Makes ID tokens (OpenID Connect Core §2): for the client alone, and what they say of the sign-in stays as it was
/// when the person signed in, however often they are made anew (§12.2).
/// </summary>
internal sealed class IdTokenIssuer(ServerAddress address)
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>The ID token beside an access token; null outside OpenID Connect.</summary>
    /// <param name="key">Signs both.</param>
    /// <param name="clientId">Whom it is for.</param>
    /// <param name="access">What was granted.</param>
    /// <param name="token">The access token, which <c>at_hash</c> ties it to.</param>
    /// <param name="life">Seconds since 1970: from when it is, and until when it is good.</param>
    public string? Issue(
        SigningKey key, string clientId, GrantedAccess access, string token, (long From, long Until) life)
    {
        if (access.UserId is not { } user || !Scope.OfGrant(access.Scope).Has(PersonScopes.OpenId)) return null;
        var claims = new Dictionary<string, object>();
        foreach (var (name, value) in PersonOf(access)) claims[name] = value;
        claims["iss"] = address.Issuer;
        claims["sub"] = user.ToString();
        claims["aud"] = clientId;
        claims["exp"] = life.Until;
        claims["iat"] = life.From;
        claims["at_hash"] = HashOf(token);
        if (access.AuthTime is { } signedIn) claims["auth_time"] = signedIn.ToUnixTimeSeconds();
        if (access.Acr is { } level) claims["acr"] = level;
        if (access.Amr is { Length: > 0 } methods) claims["amr"] = methods;
        if (access.SessionId is { } session) claims["sid"] = session.ToString();
        if (access.Nonce is { } nonce) claims["nonce"] = nonce;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = IdTokenHintReader.Type,
            SigningCredentials = key.Credentials,
            Claims = claims,
        });
    }

    // The claims come from the userinfo endpoint, unless the app said otherwise (Core §5.4, §5.5).
    private static IEnumerable<KeyValuePair<string, object>> PersonOf(GrantedAccess access)
    {
        if (access.Person is not { } person) return [];
        IEnumerable<string> names = ClaimsRequest.Of(access.Claims).IdToken;
        if (access.TellsClaims) names = names.Concat(PersonClaims.Of(Scope.OfGrant(access.Scope).Names));
        var known = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(person)!;
        return names.Distinct().Where(known.ContainsKey)
            .Select(name => KeyValuePair.Create<string, object>(name, known[name]));
    }

    // Core §3.1.3.6.
    private static string HashOf(string token) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)).AsSpan(0, 16));
}
