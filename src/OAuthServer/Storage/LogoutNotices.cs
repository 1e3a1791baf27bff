using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>
/// A row of <c>oauth_logout_notices</c>: what an app is still to be told, or was (OpenID Connect Back-Channel Logout).
/// </summary>
internal sealed record LogoutNotice
{
    /// <summary>Of the logout token, however often it is tried.</summary>
    public Guid Jti { get; init; }

    public required string ClientId { get; init; }

    public Guid SessionId { get; init; }

    public Guid UserId { get; init; }

    /// <summary>Every session of the person ended at once: the token says whose.</summary>
    public bool NamesPerson { get; init; }

    public DateTimeOffset MadeAt { get; init; }

    public DateTimeOffset NextTryAt { get; init; }

    public int Tries { get; init; }

    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>One of <see cref="LogoutOutcomes"/>; null while it is to be tried.</summary>
    public string? Outcome { get; init; }
}

/// <summary>What became of a notice, as it stands in the table.</summary>
internal static class LogoutOutcomes
{
    public const string Delivered = "delivered";

    /// <summary>The app answered that it takes no such token (400).</summary>
    public const string Refused = "refused";

    /// <summary>It was tried for as long as is sensible.</summary>
    public const string GivenUp = "given_up";

    /// <summary>The app is gone, disabled, or wants to hear no more.</summary>
    public const string Unregistered = "unregistered";
}

/// <summary>A notice that whoever has it is to deliver now; others leave it alone for a while.</summary>
internal sealed record DueNotice
{
    public Guid Jti { get; init; }

    public required string ClientId { get; init; }

    public Guid SessionId { get; init; }

    public Guid UserId { get; init; }

    public bool NamesPerson { get; init; }

    /// <summary>How long ago the session ended.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>This one included.</summary>
    public int Tries { get; init; }

    /// <summary>Where the app is told; null when it is not any more.</summary>
    public string? Uri { get; init; }
}

/// <summary>Table <c>oauth_logout_notices</c>. A trigger writes the rows with the end of a session.</summary>
internal sealed class LogoutNotices(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>
    /// Takes notices that are due, a few of each app, so that none waits for the others of an app that does not answer.
    /// Until <paramref name="lease"/> is over no instance takes them again; if this one dies, another does then.
    /// </summary>
    /// <param name="busy">Apps to take none of.</param>
    /// <param name="mostClients">Apps at most.</param>
    /// <param name="mostEach">Notices of one app at most.</param>
    /// <param name="lease">Longer than one try takes.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlyList<DueNotice>> TakeAsync(
        string[] busy, int mostClients, int mostEach, TimeSpan lease, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.AllAsync<DueNotice>($"""
            WITH apps AS (
                SELECT client_id FROM oauth_logout_notices
                WHERE done_at IS NULL AND next_try_at <= now() AND client_id <> ALL ({busy})
                GROUP BY client_id ORDER BY min(next_try_at) LIMIT {mostClients}
            ), due AS (
                SELECT notice.jti FROM apps CROSS JOIN LATERAL (
                    SELECT jti FROM oauth_logout_notices AS n
                    WHERE n.client_id = apps.client_id AND n.done_at IS NULL AND n.next_try_at <= now()
                    ORDER BY n.next_try_at LIMIT {mostEach} FOR UPDATE SKIP LOCKED
                ) AS notice
            ), taken AS (
                UPDATE oauth_logout_notices AS n SET tries = n.tries + 1, next_try_at = now() + {lease}
                FROM due WHERE n.jti = due.jti
                RETURNING n.*
            )
            SELECT taken.jti, taken.client_id, session_id, user_id, names_person, now() - made_at AS age, tries,
                   client.backchannel_logout_uri AS uri
            FROM taken LEFT JOIN oauth_clients AS client
                 ON client.client_id = taken.client_id AND client.disabled_at IS NULL
            ORDER BY made_at, taken.jti
            """, ct);
    }

    /// <summary>Notes what became of a notice; one that went wrong is put on record.</summary>
    /// <param name="notice">Which.</param>
    /// <param name="outcome">One of <see cref="LogoutOutcomes"/>.</param>
    /// <param name="event">The audit event; null for none.</param>
    /// <param name="detail">What came instead.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task EndAsync(
        DueNotice notice, string outcome, string? @event, string? detail, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"""
            WITH done AS (
                UPDATE oauth_logout_notices SET done_at = now(), outcome = {outcome}
                WHERE jti = {notice.Jti} AND done_at IS NULL
                RETURNING client_id, user_id
            )
            INSERT INTO oauth_audit_events (event, client_id, pseudonym, detail)
            SELECT event, client_id, pseudonym_of(user_id), {OrNull.Text(detail)}
            FROM done, (SELECT {OrNull.Text(@event)} AS event) AS named WHERE event IS NOT NULL
            """, ct);
    }

    /// <summary>Lets a notice be tried again after a pause.</summary>
    public async Task PostponeAsync(DueNotice notice, TimeSpan pause, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"""
            UPDATE oauth_logout_notices SET next_try_at = now() + {pause}
            WHERE jti = {notice.Jti} AND done_at IS NULL AND tries = {notice.Tries}
            """, ct);
    }
}

/// <summary>Maps the table and what its statements answer with.</summary>
internal sealed class LogoutNoticeTable : IEntityTypeConfiguration<LogoutNotice>, IEntityTypeConfiguration<DueNotice>
{
    public void Configure(EntityTypeBuilder<LogoutNotice> builder)
    {
        builder.ToTable("oauth_logout_notices").HasKey(notice => notice.Jti);
        builder.Property(notice => notice.Jti).HasDefaultValueSql("gen_random_uuid()");
    }

    public void Configure(EntityTypeBuilder<DueNotice> builder) => builder.HasNoKey().ToView(null);
}
