using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;

namespace OAuthServer.Storage.Sweeping;

/// <summary>A table whose rows leave some time after their end.</summary>
/// <param name="Name">The table.</param>
/// <param name="End">The column with a row's end.</param>
/// <param name="Keep">How long a row stays after its end.</param>
internal sealed record SweptTable(string Name, string End, TimeSpan Keep)
{
    /// <summary>Which rows are over; {1} is how long to keep, {2} where the statement before this one ended.</summary>
    public string Over { get; init; } = $"{End} <= now() - {{1}} AND ({{2}} IS NULL OR {End} >= {{2}})";

    /// <summary>The column by which rows leave.</summary>
    public string Order { get; init; } = End;

    /// <summary>
    /// A code stays, after its own end, for as long as a session can live: until then a replay withdraws all that
    /// the code has bought (RFC 6749 §4.1.2). Later it is an unknown code, and refused all the same.
    /// </summary>
    public static SweptTable Codes(TimeSpan familyLifetime) =>
        new("oauth_authorization_codes", "expires_at", familyLifetime);

    /// <summary>
    /// A session stays until the end of its live token, <paramref name="keep"/> and up to a day more: until then a
    /// replay is known as reuse (RFC 9700 §4.14.2). Later its tokens are unknown, and refused all the same.
    /// </summary>
    public static SweptTable RefreshTokens(TimeSpan keep) => new("oauth_refresh_tokens", "sweep_at", keep);

    /// <summary>
    /// A row's end already has the tolerance of verifiers in it: after it no API accepts the token anyway.
    /// </summary>
    public static SweptTable RevokedTokens() => new("oauth_revoked_tokens", "expires_at", TimeSpan.Zero);

    /// <summary>
    /// A pushed request stays, after its end, for as long as the answer to a consent form can come a second time.
    /// </summary>
    public static SweptTable PushedRequests() =>
        new("oauth_pushed_requests", "expires_at", TimeSpan.FromMinutes(10));

    /// <summary>A session that is over stays for whoever asks what ended it; its apps leave with it.</summary>
    public static SweptTable Sessions(TimeSpan keep) => new("account_sessions", "ended_at", keep);

    /// <summary>The same for what apps were told of it.</summary>
    public static SweptTable LogoutNotices(TimeSpan keep) => new("oauth_logout_notices", "done_at", keep);

    /// <summary>A mail stays, after the time in which it could be sent, for whoever asks where it is.</summary>
    public static SweptTable Mails(TimeSpan keep) => new("mail_outbox", "expires_at", keep);

    /// <summary>A mailed link that is swept is unknown, and answered like one that is over.</summary>
    public static SweptTable AccountTokens(TimeSpan keep) => new("account_tokens", "expires_at", keep);

    /// <summary>
    /// A used JWT stays some minutes after its end, for as far as the clocks of instances and database may differ.
    /// </summary>
    public static SweptTable UsedJwts() => new("oauth_used_jwts", "expires_at", TimeSpan.FromMinutes(5));

    /// <summary>
    /// Audit rows leave by whole sealed days, and only those older than <paramref name="retention"/>: every row
    /// before the first seal of a day that has to stay. Their seals stay.
    /// </summary>
    public static SweptTable AuditEvents(TimeSpan retention) => new("oauth_audit_events", "occurred_at", retention)
    {
        Over = """
            id < coalesce((SELECT min(from_id) FROM oauth_audit_seals
                           WHERE day >= ((now() - {1}) AT TIME ZONE 'UTC')::date),
                          (SELECT max(to_id) + 1 FROM oauth_audit_seals))
            """,
        Order = "id",
    };
}

/// <summary>What one statement took away.</summary>
/// <param name="Found">
/// Rows that it found and locked; fewer than asked for means that there are no more for now.
/// </param>
/// <param name="Removed">Rows that it deleted; the rest changed at the same moment and is for the next run.</param>
/// <param name="Last">
/// The end of the last row found, where the next statement goes on; null when none was found.
/// </param>
internal sealed record SweptBatch(int Found, int Removed, DateTime? Last);

/// <summary>
/// Deletes by small statements. A row that anybody else has locked is skipped, so a sweep waits for nobody, and two
/// sweeps at once share the work and never a row.
/// </summary>
internal sealed class Sweeps(IDbContextFactory<OAuthDbContext> contexts)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Deletes at most <paramref name="batchSize"/> rows in one short transaction. Throws
    /// <see cref="PostgresException"/> (57014) when the statement takes longer than <paramref name="timeout"/>; then
    /// nothing was deleted.
    /// </summary>
    /// <param name="table">Whose rows.</param>
    /// <param name="batchSize">At most so many.</param>
    /// <param name="from">
    /// Where the statement before this one ended, so that the places of deleted rows are not read again; null
    /// begins anew.
    /// </param>
    /// <param name="timeout">The longest that the statement may take.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<SweptBatch> DeleteAsync(
        SweptTable table, int batchSize, DateTime? from, TimeSpan timeout, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LimitAsync(db, timeout, ct);
        // A row is found by its place, which is only one within a part of a table in parts (docs/scale.md).
        var sql = $$"""
            WITH over AS MATERIALIZED (
                SELECT tableoid AS part, ctid AS place, {{table.End}} AS ended FROM {{table.Name}}
                WHERE {{table.Over}} ORDER BY {{table.Order}} LIMIT {0} FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM {{table.Name}} WHERE ctid = ANY (ARRAY(SELECT place FROM over))
                AND (tableoid, ctid) IN (SELECT part, place FROM over) RETURNING 1
            )
            SELECT count(*)::int AS found, (SELECT count(*)::int FROM gone) AS removed, max(ended) AS last FROM over
            """;
        var batch = await db.OnceAsync<SweptBatch>(Ask(sql, batchSize, table, from), ct);
        await transaction.CommitAsync(ct);
        return batch!;
    }

    /// <summary>
    /// How many rows wait to leave, counted up to <paramref name="limit"/>. Same timeout rule as deletion.
    /// </summary>
    public async Task<int> CountAsync(SweptTable table, int limit, TimeSpan timeout, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LimitAsync(db, timeout, ct);
        var sql = $$"""
            SELECT count(*)::int AS found, 0 AS removed, NULL::timestamptz AS last
            FROM (SELECT FROM {{table.Name}} WHERE {{table.Over}} LIMIT {0}) AS waiting
            """;
        return (await db.OnceAsync<SweptBatch>(Ask(sql, limit, table, null), ct))!.Found;
    }

    private static FormattableString Ask(string sql, int rows, SweptTable table, DateTime? from) =>
        FormattableStringFactory.Create(sql, rows, table.Keep, OrNull.Moment(from));

    // Both hold until the transaction's end. What a crash brings back is swept again: no commit waits for the disk.
    private static Task LimitAsync(OAuthDbContext db, TimeSpan timeout, CancellationToken ct)
    {
        // The database ends it first, or the connection would be lost with it.
        db.Database.SetCommandTimeout(timeout + AnswerTime);
        var milliseconds = ((long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "ms";
        return db.RunAsync($"""
            SELECT set_config('statement_timeout', {milliseconds}, true), set_config('synchronous_commit', 'off', true)
            """, ct);
    }
}

/// <summary>Maps what the statements answer with.</summary>
internal sealed class SweptBatchRow : IEntityTypeConfiguration<SweptBatch>
{
    public void Configure(EntityTypeBuilder<SweptBatch> builder) => builder.HasNoKey().ToView(null);
}
