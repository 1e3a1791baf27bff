using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A mail that a form asked for, with what is known of whoever has the address.</summary>
internal sealed record UnsortedMail
{
    public Guid Id { get; init; }

    public required MailKind Kind { get; init; }

    /// <summary>The account that it is about; null when there is none.</summary>
    public Guid? AccountId { get; init; }

    public bool Disabled { get; init; }

    public bool HasPassword { get; init; }

    public bool Confirmed { get; init; }

    /// <summary>Mails that forms sent to the address, or about the account, in the hour before.</summary>
    public int Recent { get; init; }
}

/// <summary>What is decided about it.</summary>
/// <param name="Kind">What is sent instead.</param>
/// <param name="Outcome">Why nothing is sent, one of <see cref="MailOutcomes"/>; null when it is.</param>
internal sealed record SortedMail(MailKind Kind, string? Outcome)
{
    /// <summary>Decides by what is known of whoever has the address.</summary>
    /// <param name="mail">What was asked for.</param>
    /// <param name="mostAnHour">How many mails an address may be sent.</param>
    public static SortedMail Of(UnsortedMail mail, int mostAnHour)
    {
        if (mail.Recent >= mostAnHour) return new(mail.Kind, MailOutcomes.OverBudget);
        return mail.Kind switch
        {
            MailKind.Registration when mail.AccountId is null => new(mail.Kind, null),
            // Whoever has the mailbox of an account that nobody confirmed gets it, with a password of their own.
            MailKind.Registration when mail is { Disabled: false, Confirmed: false } =>
                new(MailKind.PasswordReset, null),
            MailKind.Registration => new(MailKind.AddressHasAccount, null),
            _ when mail.AccountId is null || mail.Disabled => new(mail.Kind, MailOutcomes.NoAccount),
            // Without a password there is another way in, or an invitation that was never followed.
            MailKind.PasswordReset when mail is { HasPassword: false, Confirmed: true } =>
                new(MailKind.NoPassword, null),
            _ => new(mail.Kind, null),
        };
    }
}

/// <summary>
/// Decides, behind the answer of the form, what is sent and to whom: the form asks nothing of any account, so that its
/// answer and its time tell nothing (docs/decisions/037-forms-that-tell-nothing.md). One instance at a time does it, so
/// that the budget of an address holds on all of them.
/// </summary>
internal sealed class MailSorting(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>Sorts some of what is unsorted; false when another instance does that.</summary>
    /// <param name="most">Mails at most.</param>
    /// <param name="mostAnHour">Mails that an address, and an account, may be sent in an hour.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<bool> SortAsync(int most, int mostAnHour, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await db.TryLockAsync(AdvisoryLock.SortingMail, ct)) return false;
        for (var sorted = 0; sorted < most && await NextAsync(db, ct) is { } mail; sorted++)
            await NoteAsync(db, mail, SortedMail.Of(mail, mostAnHour), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private static Task<UnsortedMail?> NextAsync(OAuthDbContext db, CancellationToken ct) =>
        db.OnceAsync<UnsortedMail>($"""
            SELECT m.id, m.kind, a.id AS account_id, a.disabled_at IS NOT NULL AS disabled,
                   a.password_hash IS NOT NULL AS has_password, coalesce(a.email_confirmed, false) AS confirmed,
                   (SELECT count(*)::int FROM mail_outbox AS r
                    WHERE r.counted AND r.sorted_at IS NOT NULL AND r.made_at > m.made_at - interval '1 hour'
                      AND (r.outcome IS NULL OR r.outcome NOT IN ('over_budget', 'no_account'))
                      AND (r.normalized_recipient = m.normalized_recipient OR r.account_id = a.id)) AS recent
            FROM mail_outbox AS m LEFT JOIN accounts AS a
                 ON a.id = coalesce(m.account_id, (
                    SELECT o.id FROM accounts AS o WHERE o.normalized_email = m.normalized_recipient))
            WHERE m.done_at IS NULL AND m.sorted_at IS NULL
            ORDER BY m.made_at LIMIT 1
            """, ct);

    // A mail to somebody who has an account goes to its own address, never to what was typed. The first that is over
    // the budget of its hour is put on record.
    private static Task NoteAsync(OAuthDbContext db, UnsortedMail mail, SortedMail sorted, CancellationToken ct) =>
        db.RunAsync($"""
            WITH sorted AS (
                UPDATE mail_outbox AS m
                SET sorted_at = now(), kind = {sorted.Kind.ToString()}, account_id = {OrNull.Uuid(mail.AccountId)},
                    security_stamp = coalesce(
                        m.security_stamp,
                        (SELECT security_stamp FROM accounts WHERE id = {OrNull.Uuid(mail.AccountId)})),
                    recipient = CASE WHEN m.account_id IS NULL AND {OrNull.Uuid(mail.AccountId)} IS NOT NULL
                                     THEN NULL ELSE m.recipient END,
                    expires_at = m.made_at + {MailKinds.LifeOf(sorted.Kind)},
                    outcome = {OrNull.Text(sorted.Outcome)},
                    done_at = CASE WHEN {OrNull.Text(sorted.Outcome)} IS NOT NULL THEN now() END
                WHERE m.id = {mail.Id}
                RETURNING m.*
            ), told AS (
                -- The old address hears of it, as often as the new one gets a link.
                INSERT INTO mail_outbox (kind, account_id, security_stamp, language, parameters, sorted_at, expires_at)
                SELECT {MailKind.AddressChangeAsked.ToString()}, account_id, security_stamp, language,
                       jsonb_build_object('new_address', recipient), now(),
                       now() + {MailKinds.LifeOf(MailKind.AddressChangeAsked)}
                FROM sorted WHERE kind = {MailKind.NewAddress.ToString()} AND outcome IS NULL
            )
            INSERT INTO oauth_audit_events (event, reason, pseudonym)
            SELECT {AuditEventNames.BudgetUsedUp}, {Reasons.MailsExhausted}, pseudonym_of(account_id) FROM sorted
            WHERE outcome = {MailOutcomes.OverBudget} AND NOT EXISTS (
                SELECT FROM mail_outbox AS r
                WHERE r.counted AND r.id <> sorted.id AND r.normalized_recipient = sorted.normalized_recipient
                  AND r.outcome = {MailOutcomes.OverBudget} AND r.made_at > sorted.made_at - interval '1 hour')
            """, ct);
}

/// <summary>Maps what the statement answers with.</summary>
internal sealed class UnsortedMailRow : IEntityTypeConfiguration<UnsortedMail>
{
    public void Configure(EntityTypeBuilder<UnsortedMail> builder)
    {
        builder.HasNoKey().ToView(null);
        builder.Property(mail => mail.Kind).HasConversion<string>();
    }
}
