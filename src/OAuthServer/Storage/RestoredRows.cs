using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Storage;

/// <summary>What <see cref="RestoredRows.EndAllAsync"/> ended.</summary>
internal sealed record EndedByRestore(int Grants, int Sessions, int PushedRequests, int Links);

/// <summary>
/// What a restored database brings back to life. Nobody knows which of it was used or revoked in the time that was
/// lost, so all of it ends. For a command, with the instances stopped.
/// </summary>
internal sealed class RestoredRows(IDbContextFactory<OAuthDbContext> contexts, AccessTokenWindow window)
{
    /// <summary>
    /// Ends every code, refresh token, session, pushed request and link in one transaction, with one audit event. Their
    /// access tokens are listed as revoked, and apps are told of the sessions.
    /// </summary>
    public async Task<EndedByRestore> EndAllAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        // Every row that lives: as long as it takes.
        db.Database.SetCommandTimeout(TimeSpan.Zero);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var grants = await db.OnceAsync<EndedSessions>($"""
            WITH tokens AS (
                UPDATE oauth_refresh_tokens SET revoked_at = now() WHERE revoked_at IS NULL RETURNING id
            ), codes AS (
                UPDATE oauth_authorization_codes SET revoked_at = now() WHERE revoked_at IS NULL RETURNING id
            ), grants AS (
                SELECT id FROM tokens UNION SELECT id FROM codes
            ), listed AS (
                INSERT INTO oauth_revoked_tokens (jti, expires_at)
                SELECT replace(id::text, '-', ''), now() + {window.Longest} FROM grants
                ON CONFLICT (jti) DO UPDATE
                SET expires_at = GREATEST(oauth_revoked_tokens.expires_at, excluded.expires_at)
            )
            SELECT count(*)::int AS count FROM grants
            """, ct);
        var ended = await EndRestAsync(db, grants!.Count, ct);
        await RecordAsync(db, Detail(ended), ct);
        await transaction.CommitAsync(ct);
        return ended;
    }

    /// <summary>Notes that an operator took the database as it is: nothing ended.</summary>
    public async Task AcceptAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await RecordAsync(db, "accepted as it is", ct);
    }

    private static async Task<EndedByRestore> EndRestAsync(OAuthDbContext db, int grants, CancellationToken ct)
    {
        var sessions = await db.OnceAsync<EndedSessions>($"""
            WITH ended AS (
                UPDATE account_sessions SET ended_at = now(), ended_by = {EndedBy.Command}, ended_with_all = true
                WHERE ended_at IS NULL RETURNING id
            )
            SELECT count(*)::int AS count FROM ended
            """, ct);
        var requests = await db.OnceAsync<EndedSessions>($"""
            WITH ended AS (
                UPDATE oauth_pushed_requests SET used_at = now() WHERE used_at IS NULL RETURNING request_uri
            )
            SELECT count(*)::int AS count FROM ended
            """, ct);
        var links = await db.OnceAsync<EndedSessions>($"""
            WITH ended AS (
                UPDATE account_tokens SET used_at = now() WHERE used_at IS NULL RETURNING hash
            )
            SELECT count(*)::int AS count FROM ended
            """, ct);
        return new(grants, sessions!.Count, requests!.Count, links!.Count);
    }

    private static string Detail(EndedByRestore ended) =>
        $"grants ended: {ended.Grants}, sessions: {ended.Sessions}, pushed requests: {ended.PushedRequests}, "
        + $"links: {ended.Links}";

    private static Task RecordAsync(OAuthDbContext db, string detail, CancellationToken ct) => db.RunAsync($"""
        INSERT INTO oauth_audit_events (event, detail) VALUES ({AuditEventNames.DatabaseRestored}, {detail})
        """, ct);
}
