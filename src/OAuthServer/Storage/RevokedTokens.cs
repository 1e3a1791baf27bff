using Npgsql;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Storage;

/// <summary>
/// Table <c>oauth_revoked_tokens</c>: access tokens that must not be accepted although they have not expired. A row is a
/// whole <c>jti</c> or the part of it that names the grant.
/// </summary>
internal sealed class RevokedTokens(NpgsqlDataSource database, AccessTokenWindow window, ServerTelemetry telemetry)
{
    private const string Insert = $"""
        WITH listed AS (
            INSERT INTO oauth_revoked_tokens (jti, expires_at) VALUES ($1, now() + $2)
            ON CONFLICT (jti) DO NOTHING RETURNING jti
        )
        INSERT INTO oauth_audit_events (event, client_id, user_id, address, correlation_id)
        SELECT '{AuditEventNames.TokenRevoked}', $3, $4, $5, $6 FROM listed
        """;

    private const string List = "SELECT jti FROM oauth_revoked_tokens WHERE expires_at > now() ORDER BY jti";

    private const string Sweep = """
        WITH over AS MATERIALIZED (
            SELECT ctid, expires_at FROM oauth_revoked_tokens
            WHERE expires_at <= now() - $2 AND ($3 IS NULL OR expires_at >= $3)
            ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM oauth_revoked_tokens WHERE ctid = ANY (ARRAY(SELECT ctid FROM over)) RETURNING 1
        )
        SELECT count(*)::int, (SELECT count(*)::int FROM gone), max(expires_at) FROM over
        """;

    private const string CountSweepable =
        "SELECT count(*)::int FROM (SELECT FROM oauth_revoked_tokens WHERE expires_at <= now() - $2 LIMIT $1) AS sweepable";

    /// <summary>A row's end already has the tolerance of verifiers in it: after it no API accepts the token anyway.</summary>
    public static SweptTable Swept() => new SweptTable("oauth_revoked_tokens", Sweep, CountSweepable, TimeSpan.Zero);

    /// <summary>Lists one access token; a second time changes nothing.</summary>
    public async Task AddAsync(string jti, string clientId, Guid? userId, AuditContext audit, CancellationToken ct)
    {
        using var timed = telemetry.Statement("revoked_token.add");
        await using var command = database.CreateCommand(Insert);
        command.Parameters.AddText(jti).AddInterval(window.Longest).AddText(clientId).AddUuid(userId)
            .AddText(audit.Address).AddText(audit.CorrelationId);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>All that is revoked and could still be accepted.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken ct)
    {
        using var timed = telemetry.Statement("revoked_token.list");
        await using var command = database.CreateCommand(List);
        await using var row = await command.ExecuteReaderAsync(ct);
        var revoked = new List<string>();
        while (await row.ReadAsync(ct)) revoked.Add(row.GetString(0));
        return revoked;
    }
}
