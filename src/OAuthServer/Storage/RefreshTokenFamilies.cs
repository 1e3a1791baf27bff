using Npgsql;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Storage;

/// <summary>
/// Table <c>oauth_refresh_token_families</c>: one row for each grant, which knows the live refresh token and the one before
/// it. Any other that finds the row is an old one (RFC 9700 §4.14.2). Rotation changes the row in its place; nobody else can
/// change it at the same moment, so of all that race for it one wins.
/// </summary>
internal sealed class RefreshTokenFamilies(NpgsqlDataSource database, ServerTelemetry telemetry) : IRefreshTokenRows
{
    private const string Rotate = $"""
        WITH presented AS (
            UPDATE oauth_refresh_token_families AS f
            SET token = $3, previous_token = $2, successor_nonce = $4, rotated_at = now(),
                device_fingerprint = $8, device_changed = $8 IS NOT NULL AND f.device_fingerprint IS DISTINCT FROM $8,
                expires_at = LEAST(now() + $7, f.family_expires_at),
                sweep_at = date_bin('24 hours', LEAST(now() + $7, f.family_expires_at), f.created_at) + interval '24 hours'
            WHERE f.handle = $1 AND f.token = $2 AND f.client_id = $5 AND f.revoked_at IS NULL AND f.expires_at > now()
              AND ($6 IS NULL OR string_to_array($6, ' ') <@ string_to_array(f.scope, ' '))
              AND (NOT $9 OR f.device_fingerprint IS NULL OR f.device_fingerprint = $8)
              AND EXISTS (SELECT FROM accounts a WHERE a.id = f.user_id AND a.disabled_at IS NULL)
            RETURNING f.user_id, f.family_id, f.scope, f.device_changed
        ), audited AS (
            INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
            SELECT '{AuditEventNames.RefreshTokenRotated}', $5, user_id, family_id, $10, $11 FROM presented
            UNION ALL
            SELECT '{AuditEventNames.DeviceChanged}', $5, user_id, family_id, $10, $11 FROM presented WHERE device_changed
        )
        SELECT user_id, family_id, scope FROM presented
        """;

    // A window of zero means never: two transactions that began in either order must not find an opening in it.
    private const string Find = """
        SELECT f.client_id, f.user_id, f.family_id, f.scope, f.device_fingerprint, f.successor_nonce, f.expires_at <= now(), f.token <> $2,
               coalesce(f.previous_token = $2 AND (f.rotated_at = 'infinity' OR ($3 > interval '0' AND f.rotated_at > now() - $3)), false),
               f.revoked_at IS NOT NULL, EXISTS (SELECT FROM accounts a WHERE a.id = f.user_id AND a.disabled_at IS NULL)
        FROM oauth_refresh_token_families f WHERE f.handle = $1
        """;

    // A repeated answer is as good as the first only while nobody has used what it carried.
    private const string Repeat = $"""
        WITH successor AS (
            SELECT user_id, family_id, scope FROM oauth_refresh_token_families
            WHERE handle = $1 AND token = $2 AND revoked_at IS NULL AND expires_at > now()
        ), audited AS (
            INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
            SELECT '{AuditEventNames.RefreshTokenRepeated}', $3, user_id, family_id, $4, $5 FROM successor
        )
        SELECT user_id, family_id, scope FROM successor
        """;

    private const string GiveBack = $"""
        WITH given_back AS (
            UPDATE oauth_refresh_token_families AS f SET rotated_at = 'infinity'
            WHERE f.handle = $1 AND f.previous_token = $2 AND f.family_id = $3 AND f.revoked_at IS NULL
            RETURNING client_id, user_id, family_id
        )
        INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
        SELECT '{AuditEventNames.TokenRefused}', $4, client_id, user_id, family_id, $5, $6 FROM given_back
        """;

    private const string Sweep = """
        WITH over AS MATERIALIZED (
            SELECT ctid, sweep_at FROM oauth_refresh_token_families
            WHERE sweep_at <= now() - $2 AND ($3 IS NULL OR sweep_at >= $3)
            ORDER BY sweep_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM oauth_refresh_token_families WHERE ctid = ANY (ARRAY(SELECT ctid FROM over)) RETURNING 1
        )
        SELECT count(*)::int, (SELECT count(*)::int FROM gone), max(sweep_at) FROM over
        """;

    private const string CountSweepable =
        "SELECT count(*)::int FROM (SELECT FROM oauth_refresh_token_families WHERE sweep_at <= now() - $2 LIMIT $1) AS sweepable";

    /// <summary>
    /// A family's row stays until the end of its live token, <paramref name="keep"/> and up to a day more: until then a replay is
    /// known as reuse (RFC 9700 §4.14.2). Later its tokens are unknown, and refused all the same.
    /// </summary>
    public static SweptTable SweptAfter(TimeSpan keep) => new SweptTable("oauth_refresh_token_families", Sweep, CountSweepable, keep);

    /// <inheritdoc/>
    public async Task<GrantedAccess?> TryRotateAsync(Rotation rotation, CancellationToken ct)
    {
        using var timed = telemetry.Statement("refresh_token.rotate");
        await using var command = database.CreateCommand(Rotate);
        command.Parameters.AddBytes(RefreshTokenValue.FamilyKey(rotation.RefreshToken)).AddBytes(Handle.Hash(rotation.RefreshToken))
            .AddBytes(Handle.Hash(rotation.Successor)).AddBytes(rotation.Nonce)
            .AddText(rotation.ClientId).AddText(rotation.Scope).AddInterval(rotation.Lifetime).AddBytes(rotation.DeviceFingerprint)
            .AddFlag(rotation.EnforceDevice).AddText(rotation.Audit.Address).AddText(rotation.Audit.CorrelationId);
        return await command.ReadAccessAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<RefreshTokenState?> FindAsync(string refreshToken, TimeSpan retryWindow, CancellationToken ct)
    {
        using var timed = telemetry.Statement("refresh_token.find");
        await using var command = database.CreateCommand(Find);
        command.Parameters.AddBytes(RefreshTokenValue.FamilyKey(refreshToken)).AddBytes(Handle.Hash(refreshToken)).AddInterval(retryWindow);
        return await command.ReadStateAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<GrantedAccess?> TryRepeatAsync(string successor, string clientId, AuditContext audit, CancellationToken ct)
    {
        using var timed = telemetry.Statement("refresh_token.repeat");
        await using var command = database.CreateCommand(Repeat);
        command.Parameters.AddBytes(RefreshTokenValue.FamilyKey(successor)).AddBytes(Handle.Hash(successor))
            .AddText(clientId).AddText(audit.Address).AddText(audit.CorrelationId);
        return await command.ReadAccessAsync(ct);
    }

    /// <inheritdoc/>
    public async Task GiveBackAsync(string refreshToken, Guid familyId, string reason, AuditContext audit, CancellationToken ct)
    {
        using var timed = telemetry.Statement("refresh_token.give_back");
        await using var command = database.CreateCommand(GiveBack);
        command.Parameters.AddBytes(RefreshTokenValue.FamilyKey(refreshToken)).AddBytes(Handle.Hash(refreshToken)).AddUuid(familyId)
            .AddText(reason).AddText(audit.Address).AddText(audit.CorrelationId);
        await command.ExecuteNonQueryAsync(ct);
    }
}
