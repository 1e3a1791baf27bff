using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Keys;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.OpenId;

/// <summary>What an ID token of ours says of who was signed in (OpenID Connect Core §3.1.2.1, Logout §2).</summary>
/// <param name="UserId">The person.</param>
/// <param name="SessionId">The session that it was issued in.</param>
/// <param name="ClientId">The app that it was issued to.</param>
internal sealed record IdTokenHint(Guid UserId, Guid? SessionId, string ClientId)
{
    /// <summary>Tells no session.</summary>
    public override string ToString() => $"hint of {ClientId}";
}

/// <summary>
/// Recognises our own ID tokens where an app hands one back as <c>id_token_hint</c>. An expired one is a good hint:
/// what it says was true, and nothing is granted by it. Neither an access token nor a logout token is one (RFC 8725
/// §3.11).
/// </summary>
internal sealed class IdTokenHintReader(KeyRing keys, ServerAddress address)
{
    /// <summary>The <c>typ</c> of an ID token.</summary>
    public const string Type = "JWT";

    /// <summary>No longer text is looked at.</summary>
    public const int Longest = 16_384;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = Longest };

    /// <summary>False as long as there is no key to verify a hint with.</summary>
    public bool CanVerify => keys.Current is not null;

    /// <summary>The hint when it is signed with one of the keys that are published, else null.</summary>
    public async ValueTask<IdTokenHint?> ReadAsync(string token)
    {
        if (keys.Current is not { } ring || token.Length > Longest) return null;
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = address.Issuer,
            // Which app may hand it back is the caller's to judge.
            ValidateAudience = false,
            ValidateLifetime = false,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidTypes = [Type],
            IssuerSigningKeys = ring.Published.Select(key => key.Verifier),
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt) return null;
        if (jwt.Audiences.ToList() is not [var client]) return null;
        if (!Guid.TryParseExact(jwt.Subject, "D", out var user)) return null;
        return jwt.TryGetPayloadValue<string>("sid", out var text) && Guid.TryParseExact(text, "D", out var session)
            ? new(user, session, client)
            : new(user, null, client);
    }
}
