using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A refresh token presented for its successor (RFC 6749 §6, RFC 9700 §4.14.2).</summary>
internal sealed record Rotation
{
    public required string RefreshToken { get; init; }

    /// <summary>
    /// Makes the successor, together with the token; stored with the hash of the token that it consumes.
    /// </summary>
    public required byte[] Nonce { get; init; }

    /// <summary>The token that takes its place.</summary>
    public required string Successor { get; init; }

    public required string ClientId { get; init; }

    /// <summary>A narrower scope for the access token, or null; the grant keeps its own.</summary>
    public string? Scope { get; init; }

    /// <summary>The API that the token is to be for; null when the request named none.</summary>
    public string? Resource { get; init; }

    /// <summary>The APIs that the client may have today.</summary>
    public required string[] Apis { get; init; }

    /// <summary>For each of <see cref="Apis"/> the scopes that the client may have there, as one text.</summary>
    public required string[] ApiScopes { get; init; }

    public required TimeSpan Lifetime { get; init; }

    /// <summary>True to answer with the person's claims: the client finds them in its ID tokens.</summary>
    public bool TellsClaims { get; init; }

    /// <summary>Traits of the caller, or null when device binding is off.</summary>
    public byte[]? DeviceFingerprint { get; init; }

    /// <summary>True when a changed fingerprint is a refusal and not only an audit event.</summary>
    public bool EnforceDevice { get; init; }

    /// <summary>How many refreshes in a row may be repeated; null for any number.</summary>
    public int? MostRepeats { get; init; }

    public required AuditContext Audit { get; init; }

    /// <summary>Holds tokens.</summary>
    public override string ToString() => $"rotation for {ClientId}";
}
