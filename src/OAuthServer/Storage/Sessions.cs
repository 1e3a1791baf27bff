using Microsoft.EntityFrameworkCore;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>
/// Table <c>account_sessions</c>. What follows from the end of a session, whoever ended it, is written by a trigger
/// with it: its apps are told, and what they got in it ends (migrations/010, docs/decisions/035-a-session-is-a-row.md).
/// </summary>
internal sealed class Sessions(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>
    /// Begins a session, or goes on with the one of this browser when it is the same person's. Somebody else's in this
    /// browser ends: nobody has its cookie any more. Null when the account has changed since the password was checked.
    /// </summary>
    public async Task<BegunSession?> BeginAsync(NewSession session, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OnceAsync<BegunSession>($"""
            WITH asked AS (
                SELECT {OrNull.Uuid(session.Before)} AS before, now() + {session.Lifetime} AS ends_at,
                       {session.Kept} AS kept, {OrNull.Text(session.Device)} AS device,
                       {OrNull.Text(session.Audit.Address)} AS address
            ), person AS (
                SELECT id AS user_id FROM accounts
                WHERE id = {session.UserId} AND disabled_at IS NULL AND security_stamp = {session.SecurityStamp}
                FOR SHARE
            ), going_on AS (
                UPDATE account_sessions AS s
                SET used_at = now(), ends_at = asked.ends_at, kept = asked.kept, device = asked.device,
                    address = asked.address
                FROM person, asked
                WHERE s.id = asked.before AND s.user_id = person.user_id AND s.ended_at IS NULL AND s.ends_at > now()
                RETURNING s.id
            ), left_behind AS (
                UPDATE account_sessions AS s
                SET ended_at = now(), ended_by = {EndedBy.Another}, ended_from = asked.address,
                    ended_correlation_id = {session.Audit.CorrelationId}::text
                FROM person, asked
                WHERE s.id = asked.before AND s.user_id <> person.user_id AND s.ended_at IS NULL
            ), begun AS (
                INSERT INTO account_sessions (id, user_id, kept, device, address, ends_at)
                SELECT {Handle.NewId()}, user_id, kept, device, address, ends_at FROM person, asked
                WHERE NOT EXISTS (SELECT FROM going_on)
                RETURNING id
            )
            SELECT here.id, profile.locale AS language
            FROM (SELECT id FROM going_on UNION ALL SELECT id FROM begun) AS here
                 LEFT JOIN account_profiles AS profile ON profile.account_id = {session.UserId}
            """, ct);
    }

    /// <summary>True while the session is live, and its account has the stamp that it had when it began.</summary>
    public async Task<bool> IsLiveAsync(Guid id, Guid userId, string securityStamp, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Live(db).AnyAsync(
            session => session.Id == id && db.Accounts.Any(account => account.Id == userId
                && account.Id == session.UserId && account.DisabledAt == null
                && account.SecurityStamp == securityStamp),
            ct);
    }

    /// <summary>True while this session is live, whatever became of its account.</summary>
    public async Task<bool> IsLiveAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Live(db).AnyAsync(session => session.Id == id, ct);
    }

    /// <summary>
    /// Notes that a live session is in use, which moves the end of a kept one. False when it is over.
    /// </summary>
    public async Task<bool> TryUseAsync(Guid id, TimeSpan keptLifetime, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var used = await db.OnceAsync<SessionId>($"""
            UPDATE account_sessions
            SET used_at = now(), ends_at = CASE WHEN kept THEN now() + {keptLifetime} ELSE ends_at END
            WHERE id = {id} AND ended_at IS NULL AND ends_at > now()
            RETURNING id
            """, ct);
        return db.IsAnswered(used);
    }

    /// <summary>Where a person is signed in, the latest used first.</summary>
    public async Task<IReadOnlyList<LiveSession>> ListAsync(Guid userId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.AllAsync<LiveSession>($"""
            SELECT s.id, s.device, s.address, s.began_at, s.used_at,
                   ARRAY(SELECT client.name FROM account_session_clients AS app
                         JOIN oauth_clients AS client ON client.client_id = app.client_id
                         WHERE app.session_id = s.id ORDER BY client.name, client.client_id) AS apps
            FROM account_sessions AS s
            WHERE s.user_id = {userId} AND s.ended_at IS NULL AND s.ends_at > now()
            ORDER BY s.used_at DESC, s.id
            """, ct);
    }

    /// <summary>Whose a live session is; null when there is none.</summary>
    public async Task<Guid?> OwnerAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Live(db).Where(session => session.Id == id).Select(session => (Guid?)session.UserId)
            .SingleOrDefaultAsync(ct);
    }

    /// <summary>Ends sessions of one person, and says how many were live.</summary>
    public async Task<int> EndAsync(SessionEnd end, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await EndAsync(db, end, ct);
    }

    /// <summary>The same in a transaction of the caller's.</summary>
    public static async Task<int> EndAsync(OAuthDbContext db, SessionEnd end, CancellationToken ct)
    {
        // One order of locks for all who end the same person's sessions.
        var ended = await db.OnceAsync<EndedSessions>($"""
            WITH asked AS (
                SELECT {end.UserId} AS user_id, {OrNull.Uuid(end.Only)} AS one, {OrNull.Uuid(end.But)} AS but,
                       {OrNull.Text(end.Audit.Address)} AS address,
                       {OrNull.Text(end.Audit.CorrelationId)} AS correlation_id
            ), live AS (
                SELECT s.id FROM account_sessions AS s, asked
                WHERE s.user_id = asked.user_id AND s.ended_at IS NULL
                  AND (asked.one IS NULL OR s.id = asked.one) AND (asked.but IS NULL OR s.id <> asked.but)
                ORDER BY s.id FOR UPDATE OF s
            ), ended AS (
                UPDATE account_sessions AS s
                SET ended_at = now(), ended_by = {end.By}, ended_with_all = asked.one IS NULL AND asked.but IS NULL,
                    ended_from = asked.address, ended_correlation_id = asked.correlation_id
                FROM live, asked WHERE s.id = live.id
                RETURNING s.id
            ), audited AS (
                INSERT INTO oauth_audit_events (event, client_id, pseudonym, address, correlation_id, detail)
                SELECT event, {OrNull.Text(end.ClientId)}, pseudonym_of(asked.user_id), asked.address,
                    asked.correlation_id,
                       'sessions ended: ' || (SELECT count(*) FROM ended) || ', by ' || {end.Author}
                FROM asked, (SELECT {OrNull.Text(end.Event)} AS event) AS named
                WHERE event IS NOT NULL AND EXISTS (SELECT FROM ended)
            )
            SELECT count(*)::int AS count FROM ended
            """, ct);
        return ended!.Count;
    }

    /// <summary>Holds the live sessions of a person as they are, until the transaction ends.</summary>
    public static Task HoldAsync(OAuthDbContext db, Guid userId, CancellationToken ct) => db.AllAsync<SessionId>($"""
        SELECT id FROM account_sessions WHERE user_id = {userId} AND ended_at IS NULL ORDER BY id FOR UPDATE
        """, ct);

    /// <summary>Ends at most so many whose time is over, and says how many they were.</summary>
    public async Task<int> ExpireAsync(int most, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var ended = await db.OnceAsync<EndedSessions>($"""
            WITH over AS (
                SELECT id FROM account_sessions WHERE ended_at IS NULL AND ends_at <= now()
                ORDER BY ends_at LIMIT {most} FOR UPDATE SKIP LOCKED
            ), ended AS (
                UPDATE account_sessions AS s SET ended_at = now(), ended_by = {EndedBy.Time}
                FROM over WHERE s.id = over.id
                RETURNING s.id
            )
            SELECT count(*)::int AS count FROM ended
            """, ct);
        return ended!.Count;
    }

    private static IQueryable<Session> Live(OAuthDbContext db) =>
        db.Sessions.Where(session => session.EndedAt == null && session.EndsAt > DatabaseClock.Now());
}
