using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A code presented for tokens, with everything that must match (RFC 6749 §4.1.3, RFC 7636 §4.6).</summary>
internal sealed record CodeRedemption
{
    public required string Code { get; init; }

    public required string ClientId { get; init; }

    public string? RedirectUri { get; init; }

    public string? CodeChallenge { get; init; }

    /// <summary>The API that the token is to be for; null when the request named none.</summary>
    public string? Resource { get; init; }

    /// <summary>The APIs that the client may have today.</summary>
    public required string[] Apis { get; init; }

    /// <summary>For each of <see cref="Apis"/> the scopes that the client may have there, as one text.</summary>
    public required string[] ApiScopes { get; init; }

    /// <summary>The first refresh token; null for a client that gets none.</summary>
    public string? RefreshToken { get; init; }

    public required TimeSpan RefreshTokenLifetime { get; init; }

    public required TimeSpan FamilyLifetime { get; init; }

    /// <summary>True to answer with the person's claims: the client finds them in its ID tokens.</summary>
    public bool TellsClaims { get; init; }

    public byte[]? DeviceFingerprint { get; init; }

    public required AuditContext Audit { get; init; }

    /// <summary>Holds the code and the first refresh token.</summary>
    public override string ToString() => $"redemption for {ClientId}";
}
