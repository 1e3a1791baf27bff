using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>What waits in the outbox.</summary>
/// <param name="Waiting">Mails that are neither sent nor given up.</param>
/// <param name="Age">Of the oldest of them; zero when none waits.</param>
/// <param name="Unsorted">True when a form asked for some of which nothing is decided yet.</param>
/// <param name="Due">True when some may be sent now.</param>
internal sealed record MailBacklog(int Waiting, TimeSpan Age, bool Unsorted, bool Due);

/// <summary>A mail that whoever has it is to send now; others leave it alone for a while.</summary>
internal sealed record DueMail
{
    public Guid Id { get; init; }

    public required MailKind Kind { get; init; }

    public Guid? AccountId { get; init; }

    /// <summary>The account's when the mail was asked for.</summary>
    public string? AskedStamp { get; init; }

    /// <summary>The account's now; null when there is no account.</summary>
    public string? Stamp { get; init; }

    /// <summary>Where it goes; null when nobody is there any more.</summary>
    public string? Address { get; init; }

    /// <summary>The same as addresses are compared.</summary>
    public string? NormalizedAddress { get; init; }

    /// <summary>True when the account may not be used.</summary>
    public bool Disabled { get; init; }

    /// <summary>True when the account's address is confirmed.</summary>
    public bool Confirmed { get; init; }

    public string? Language { get; init; }

    /// <summary>A JSON object of texts.</summary>
    public required string Parameters { get; init; }

    public DateTime MadeAt { get; init; }

    public bool Expired { get; init; }

    /// <summary>This one included.</summary>
    public int Tries { get; init; }
}

/// <summary>Table <c>mail_outbox</c>, for the one that sends.</summary>
internal sealed class MailQueue(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>What waits.</summary>
    public async Task<MailBacklog> LookAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return (await db.OnceAsync<MailBacklog>($"""
            SELECT count(*)::int AS waiting, coalesce(now() - min(made_at), interval '0') AS age,
                   coalesce(bool_or(sorted_at IS NULL), false) AS unsorted,
                   coalesce(bool_or(sorted_at IS NOT NULL AND next_try_at <= now()), false) AS due
            FROM mail_outbox WHERE done_at IS NULL
            """, ct))!;
    }

    /// <summary>
    /// Takes the mail that is due for longest. Until <paramref name="lease"/> is over no instance takes it again; if
    /// this one dies, another does then.
    /// </summary>
    public async Task<DueMail?> TakeAsync(TimeSpan lease, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OnceAsync<DueMail>($"""
            WITH due AS (
                SELECT id FROM mail_outbox
                WHERE done_at IS NULL AND sorted_at IS NOT NULL AND next_try_at <= now()
                ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
            ), taken AS (
                UPDATE mail_outbox AS m SET tries = m.tries + 1, next_try_at = now() + {lease}
                FROM due WHERE m.id = due.id
                RETURNING m.*
            )
            SELECT taken.id, taken.kind, taken.account_id, taken.security_stamp AS asked_stamp, a.security_stamp
                AS stamp,
                   coalesce(taken.recipient, a.email) AS address,
                   CASE WHEN taken.recipient IS NULL THEN a.normalized_email ELSE taken.normalized_recipient END
                       AS normalized_address,
                   a.disabled_at IS NOT NULL AS disabled, coalesce(a.email_confirmed, false) AS confirmed,
                   coalesce(taken.language, p.locale) AS language, taken.parameters::text AS parameters, taken.made_at,
                   taken.expires_at <= now() AS expired, taken.tries
            FROM taken LEFT JOIN accounts AS a ON a.id = taken.account_id
                 LEFT JOIN account_profiles AS p ON p.account_id = a.id
            """, ct);
    }

    /// <summary>Notes what became of a mail; what went wrong is put on record.</summary>
    /// <param name="mail">Which.</param>
    /// <param name="outcome">One of <see cref="MailOutcomes"/>.</param>
    /// <param name="event">The audit event; null for none.</param>
    /// <param name="detail">What came instead.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task EndAsync(DueMail mail, string outcome, string? @event, string? detail, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"""
            WITH done AS (
                UPDATE mail_outbox SET done_at = now(), outcome = {outcome}
                WHERE id = {mail.Id} AND done_at IS NULL
                RETURNING account_id
            )
            INSERT INTO oauth_audit_events (event, pseudonym, detail)
            SELECT event, pseudonym_of(account_id), {OrNull.Text(detail)}
            FROM done, (SELECT {OrNull.Text(@event)} AS event) AS named WHERE event IS NOT NULL
            """, ct);
    }

    /// <summary>Lets a mail be tried again after a pause.</summary>
    public async Task PostponeAsync(DueMail mail, TimeSpan pause, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"""
            UPDATE mail_outbox SET next_try_at = now() + {pause}
            WHERE id = {mail.Id} AND done_at IS NULL AND tries = {mail.Tries}
            """, ct);
    }
}

/// <summary>Maps what the statements answer with.</summary>
internal sealed class MailQueueRows : IEntityTypeConfiguration<MailBacklog>, IEntityTypeConfiguration<DueMail>
{
    public void Configure(EntityTypeBuilder<MailBacklog> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<DueMail> builder)
    {
        builder.HasNoKey().ToView(null);
        builder.Property(mail => mail.Kind).HasConversion<string>();
    }
}
