using Npgsql;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A refresh token presented for its successor (RFC 6749 §6, RFC 9700 §4.14.2).</summary>
/// <param name="Nonce">Makes the successor, together with the token; stored with the hash of the token that it consumes.</param>
/// <param name="Scope">A narrower scope for the access token, or null; the grant keeps its own.</param>
/// <param name="DeviceFingerprint">Traits of the caller, or null when device binding is off.</param>
/// <param name="EnforceDevice">True when a changed fingerprint is a refusal and not only an audit event.</param>
internal sealed record Rotation(
    string RefreshToken, byte[] Nonce, string ClientId, string? Scope, TimeSpan Lifetime, byte[]? DeviceFingerprint, bool EnforceDevice, AuditContext Audit)
{
    /// <summary>The token that takes its place.</summary>
    public string Successor { get; } = RefreshTokenValue.Successor(Nonce, RefreshToken);

    /// <summary>Holds tokens.</summary>
    public override string ToString() => $"rotation for {ClientId}";
}

/// <summary>What is known of a refresh token, for naming the reason of a refusal and for repeating a lost answer.</summary>
/// <param name="MayRepeat">It was used inside the retry window, or its answer was never made.</param>
internal sealed record RefreshTokenState(
    string ClientId, Guid UserId, Guid FamilyId, string Scope, byte[]? DeviceFingerprint, byte[]? SuccessorNonce,
    bool Expired, bool Used, bool MayRepeat, bool Revoked, bool AccountLive)
{
    /// <summary>The nonce is one half of the successor.</summary>
    public override string ToString() => $"refresh token of {ClientId}";
}

/// <summary>Where refresh tokens are kept. Each method is one statement, with the audit row in it.</summary>
internal interface IRefreshTokenRows
{
    /// <summary>
    /// Consumes the presented token and stores its successor, if the token is live and the scope within the grant. Null
    /// when not: then nothing has changed, and <see cref="FindAsync"/> tells why.
    /// </summary>
    Task<GrantedAccess?> TryRotateAsync(Rotation rotation, CancellationToken ct);

    /// <summary>The state of a refresh token, or null when it is unknown or was swept.</summary>
    Task<RefreshTokenState?> FindAsync(string refreshToken, TimeSpan retryWindow, CancellationToken ct);

    /// <summary>What the successor entitles to while it is live and unused, else null; no row is added but the audit's.</summary>
    Task<GrantedAccess?> TryRepeatAsync(string successor, string clientId, AuditContext audit, CancellationToken ct);

    /// <summary>
    /// Lets a rotation whose answer could not be made be repeated, not inside the retry window alone but until its
    /// successor is used. The rotation itself stands: a repetition at the same moment may have handed the successor out.
    /// </summary>
    Task GiveBackAsync(string refreshToken, Guid familyId, string reason, AuditContext audit, CancellationToken ct);
}

/// <summary>Refresh tokens, wherever the shape of each says that it is kept (RFC 6749 §6).</summary>
internal sealed class RefreshTokens(RefreshTokenFamilies families, EarlierRefreshTokens earlier) : IRefreshTokenRows
{
    /// <inheritdoc/>
    public Task<GrantedAccess?> TryRotateAsync(Rotation rotation, CancellationToken ct) => Of(rotation.RefreshToken).TryRotateAsync(rotation, ct);

    /// <inheritdoc/>
    public Task<RefreshTokenState?> FindAsync(string refreshToken, TimeSpan retryWindow, CancellationToken ct) => Of(refreshToken).FindAsync(refreshToken, retryWindow, ct);

    /// <inheritdoc/>
    public Task<GrantedAccess?> TryRepeatAsync(string successor, string clientId, AuditContext audit, CancellationToken ct) => Of(successor).TryRepeatAsync(successor, clientId, audit, ct);

    /// <inheritdoc/>
    public Task GiveBackAsync(string refreshToken, Guid familyId, string reason, AuditContext audit, CancellationToken ct) => Of(refreshToken).GiveBackAsync(refreshToken, familyId, reason, audit, ct);

    private IRefreshTokenRows Of(string refreshToken) => RefreshTokenValue.NamesFamily(refreshToken) ? families : earlier;
}

/// <summary>Reading what both tables return.</summary>
internal static class RefreshTokenStateRow
{
    public static async Task<RefreshTokenState?> ReadStateAsync(this NpgsqlCommand command, CancellationToken ct)
    {
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct)) return null;
        return new(row.GetString(0), row.GetGuid(1), row.GetGuid(2), row.GetString(3),
            row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4), row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5),
            row.GetBoolean(6), row.GetBoolean(7), row.GetBoolean(8), row.GetBoolean(9), row.GetBoolean(10));
    }
}
