using Npgsql;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Storage;

/// <summary>One row of <c>oauth_audit_events</c>.</summary>
/// <param name="Event">What happened; one of <see cref="AuditEventNames"/>.</param>
/// <param name="Reason">Null for success, else the reason code.</param>
internal sealed record AuditEvent(string Event, string? Reason, AuditContext Context, string? ClientId = null, Guid? UserId = null, Guid? FamilyId = null);

/// <summary>The events, as they stand in the table.</summary>
internal static class AuditEventNames
{
    public const string SignIn = "sign_in";
    public const string SignOut = "sign_out";
    public const string PasswordChanged = "password_changed";
    public const string Consent = "consent";
    public const string CodeIssued = "code_issued";
    public const string CodeRedeemed = "code_redeemed";
    public const string RefreshTokenRotated = "refresh_token_rotated";
    public const string RefreshTokenRepeated = "refresh_token_repeated";
    public const string DeviceChanged = "device_changed";
    public const string TokenRefused = "token_refused";
    public const string AuthorizationRefused = "authorization_refused";
    public const string RevocationRefused = "revocation_refused";
    public const string CodeReused = "code_reused";
    public const string RefreshTokenReused = "refresh_token_reused";
    public const string TokenRevoked = "token_revoked";
    public const string GrantWithdrawn = "grant_withdrawn";
    public const string ClientRefused = "client_refused";
    public const string KeyPublished = "signing_key_published";
    public const string KeySigns = "signing_key_signs";
    public const string KeyWithdrawn = "signing_key_withdrawn";
    public const string BudgetUsedUp = "budget_used_up";
    public const string ClientCreated = "client_created";
    public const string ClientChanged = "client_changed";
    public const string ClientSecretRotated = "client_secret_rotated";
    public const string ClientDisabled = "client_disabled";
    public const string ClientEnabled = "client_enabled";
}

/// <summary>
/// The audit log. Events that belong to a change are written by the statement that makes the change; this is for those
/// that change nothing else. No secret, code, token or verifier is ever part of a row.
/// </summary>
internal sealed class AuditEvents(NpgsqlDataSource database, ServerTelemetry telemetry)
{
    internal const string Columns = "id, occurred_at, event, reason, client_id, user_id, family_id, address, correlation_id, kid";

    private const string Insert = """
        INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """;

    // Only whole days that are sealed: every seal before the first one of a day that has to stay. Ids are in order already,
    // so the place to go on from ($3) is not used.
    private const string Sweep = """
        WITH kept AS (
            SELECT min(from_id) AS first_id FROM oauth_audit_seals WHERE day >= ((now() - $2) AT TIME ZONE 'UTC')::date
        ), over AS MATERIALIZED (
            SELECT ctid, occurred_at FROM oauth_audit_events
            WHERE id < coalesce((SELECT first_id FROM kept), (SELECT max(to_id) + 1 FROM oauth_audit_seals))
            ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM oauth_audit_events WHERE ctid = ANY (ARRAY(SELECT ctid FROM over)) RETURNING 1
        )
        SELECT count(*)::int, (SELECT count(*)::int FROM gone), max(occurred_at) FROM over
        """;

    private const string CountSweepable = """
        SELECT count(*)::int FROM (
            SELECT FROM oauth_audit_events
            WHERE id < coalesce((SELECT min(from_id) FROM oauth_audit_seals WHERE day >= ((now() - $2) AT TIME ZONE 'UTC')::date),
                                (SELECT max(to_id) + 1 FROM oauth_audit_seals))
            LIMIT $1) AS sweepable
        """;

    /// <summary>Audit rows leave by whole sealed days, and only those older than <paramref name="retention"/>. Their seals stay.</summary>
    public static SweptTable SweptAfter(TimeSpan retention) => new SweptTable("oauth_audit_events", Sweep, CountSweepable, retention);

    /// <summary>Writes one event.</summary>
    public async Task RecordAsync(AuditEvent audit, CancellationToken ct)
    {
        using var timed = telemetry.Statement("audit.record");
        await using var command = database.CreateCommand(Insert);
        command.Parameters.AddText(audit.Event).AddText(audit.Reason).AddText(audit.ClientId)
            .AddUuid(audit.UserId).AddUuid(audit.FamilyId).AddText(audit.Context.Address).AddText(audit.Context.CorrelationId);
        await command.ExecuteNonQueryAsync(ct);
    }

    internal static AuditRow Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetDateTime(1), row.GetString(2), row.TextOrNull(3), row.TextOrNull(4), row.IdOrNull(5), row.IdOrNull(6),
        row.TextOrNull(7), row.TextOrNull(8), row.TextOrNull(9));
}
