using Npgsql;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Storage;

/// <summary>
/// Table <c>oauth_refresh_tokens</c>: one row for each token from before schema 013, until the sweeper has taken the last.
/// None is added; a token's successor begins the row of its family in <c>oauth_refresh_token_families</c>.
/// </summary>
internal sealed class EarlierRefreshTokens(NpgsqlDataSource database, ServerTelemetry telemetry) : IRefreshTokenRows
{
    private const string Rotate = $"""
        WITH presented AS (
            UPDATE oauth_refresh_tokens AS t SET used_at = now(), successor_nonce = $3
            WHERE t.token = $1 AND t.client_id = $4 AND t.used_at IS NULL AND t.revoked_at IS NULL AND t.expires_at > now()
              AND ($5 IS NULL OR string_to_array($5, ' ') <@ string_to_array(t.scope, ' '))
              AND (NOT $8 OR t.device_fingerprint IS NULL OR t.device_fingerprint = $7)
              AND EXISTS (SELECT FROM accounts a WHERE a.id = t.user_id AND a.disabled_at IS NULL)
            RETURNING t.user_id, t.family_id, t.family_expires_at, t.scope, t.device_fingerprint
        ), successor AS (
            INSERT INTO oauth_refresh_token_families
                (handle, family_id, client_id, user_id, scope, token, device_fingerprint, device_changed, expires_at, family_expires_at, sweep_at)
            SELECT $2, family_id, $4, user_id, scope, $11, $7, $7 IS NOT NULL AND device_fingerprint IS DISTINCT FROM $7, ends_at, family_expires_at,
                   date_bin('24 hours', ends_at, now()) + interval '24 hours'
            FROM presented, LEAST(now() + $6, family_expires_at) AS ends_at
        ), audited AS (
            INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
            SELECT '{AuditEventNames.RefreshTokenRotated}', $4, user_id, family_id, $9, $10 FROM presented
            UNION ALL
            SELECT '{AuditEventNames.DeviceChanged}', $4, user_id, family_id, $9, $10 FROM presented
            WHERE $7 IS NOT NULL AND device_fingerprint IS DISTINCT FROM $7
        )
        SELECT user_id, family_id, scope FROM presented
        """;

    // A window of zero means never: two transactions that began in either order must not find an opening in it.
    private const string Find = """
        SELECT t.client_id, t.user_id, t.family_id, t.scope, t.device_fingerprint, t.successor_nonce, t.expires_at <= now(),
               t.used_at IS NOT NULL, coalesce(t.used_at = 'infinity' OR ($2 > interval '0' AND t.used_at > now() - $2), false), t.revoked_at IS NOT NULL,
               EXISTS (SELECT FROM accounts a WHERE a.id = t.user_id AND a.disabled_at IS NULL)
        FROM oauth_refresh_tokens t WHERE t.token = $1
        """;

    // A repeated answer is as good as the first only while nobody has used what it carried.
    private const string Repeat = $"""
        WITH successor AS (
            SELECT user_id, family_id, scope FROM oauth_refresh_tokens
            WHERE token = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
        ), audited AS (
            INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
            SELECT '{AuditEventNames.RefreshTokenRepeated}', $2, user_id, family_id, $3, $4 FROM successor
        )
        SELECT user_id, family_id, scope FROM successor
        """;

    private const string Sweep = """
        WITH over AS MATERIALIZED (
            SELECT ctid, expires_at FROM oauth_refresh_tokens
            WHERE expires_at <= now() - $2 AND ($3 IS NULL OR expires_at >= $3)
            ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM oauth_refresh_tokens WHERE ctid = ANY (ARRAY(SELECT ctid FROM over)) RETURNING 1
        )
        SELECT count(*)::int, (SELECT count(*)::int FROM gone), max(expires_at) FROM over
        """;

    private const string CountSweepable =
        "SELECT count(*)::int FROM (SELECT FROM oauth_refresh_tokens WHERE expires_at <= now() - $2 LIMIT $1) AS sweepable";

    /// <summary>
    /// A token's row stays until the token's own end and <paramref name="keep"/> more, used or not: until then a replay is
    /// known as reuse and ends the family (RFC 9700 §4.14.2). Later it is an unknown token, and refused all the same.
    /// </summary>
    public static SweptTable SweptAfter(TimeSpan keep) => new SweptTable("oauth_refresh_tokens", Sweep, CountSweepable, keep);

    private const string GiveBack = $"""
        WITH given_back AS (
            UPDATE oauth_refresh_tokens AS t SET used_at = 'infinity'
            WHERE t.token = $1 AND t.family_id = $2 AND t.used_at IS NOT NULL AND t.revoked_at IS NULL
            RETURNING client_id, user_id, family_id
        )
        INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
        SELECT '{AuditEventNames.TokenRefused}', $3, client_id, user_id, family_id, $4, $5 FROM given_back
        """;

    /// <inheritdoc/>
    public async Task<GrantedAccess?> TryRotateAsync(Rotation rotation, CancellationToken ct)
    {
        using var timed = telemetry.Statement("refresh_token.rotate");
        await using var command = database.CreateCommand(Rotate);
        command.Parameters.AddBytes(RefreshTokenValue.EarlierKey(rotation.RefreshToken)).AddBytes(RefreshTokenValue.FamilyKey(rotation.Successor)).AddBytes(rotation.Nonce)
            .AddText(rotation.ClientId).AddText(rotation.Scope).AddInterval(rotation.Lifetime).AddBytes(rotation.DeviceFingerprint)
            .AddFlag(rotation.EnforceDevice).AddText(rotation.Audit.Address).AddText(rotation.Audit.CorrelationId)
            .AddBytes(Handle.Hash(rotation.Successor));
        return await command.ReadAccessAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<RefreshTokenState?> FindAsync(string refreshToken, TimeSpan retryWindow, CancellationToken ct)
    {
        using var timed = telemetry.Statement("refresh_token.find");
        await using var command = database.CreateCommand(Find);
        command.Parameters.AddBytes(RefreshTokenValue.EarlierKey(refreshToken)).AddInterval(retryWindow);
        return await command.ReadStateAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<GrantedAccess?> TryRepeatAsync(string successor, string clientId, AuditContext audit, CancellationToken ct)
    {
        using var timed = telemetry.Statement("refresh_token.repeat");
        await using var command = database.CreateCommand(Repeat);
        command.Parameters.AddBytes(RefreshTokenValue.EarlierKey(successor)).AddText(clientId).AddText(audit.Address).AddText(audit.CorrelationId);
        return await command.ReadAccessAsync(ct);
    }

    /// <inheritdoc/>
    public async Task GiveBackAsync(string refreshToken, Guid familyId, string reason, AuditContext audit, CancellationToken ct)
    {
        using var timed = telemetry.Statement("refresh_token.give_back");
        await using var command = database.CreateCommand(GiveBack);
        command.Parameters.AddBytes(RefreshTokenValue.EarlierKey(refreshToken)).AddUuid(familyId)
            .AddText(reason).AddText(audit.Address).AddText(audit.CorrelationId);
        await command.ExecuteNonQueryAsync(ct);
    }
}
