using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>mail_outbox</c>: a mail that is to be sent, or was.</summary>
internal sealed record OutboxMail
{
    /// <summary>The first part of the Message-ID, however often it is tried.</summary>
    public Guid Id { get; init; }

    public MailKind Kind { get; init; }

    public Guid? AccountId { get; init; }

    /// <summary>Of the account when the mail was asked for.</summary>
    public string? SecurityStamp { get; init; }

    /// <summary>Null for the address that the account has when it is sent.</summary>
    public string? Recipient { get; init; }

    public string? NormalizedRecipient { get; init; }

    public string? Language { get; init; }

    /// <summary>A JSON object of texts.</summary>
    public string Parameters { get; init; } = "{}";

    /// <summary>A form asked for it: an address gets only some of these in an hour.</summary>
    public bool Counted { get; init; }

    /// <summary>When it was decided what is sent, and whether.</summary>
    public DateTimeOffset? SortedAt { get; init; }

    public DateTimeOffset MadeAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset NextTryAt { get; init; }

    public int Tries { get; init; }

    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>One of <see cref="MailOutcomes"/>; null while it waits.</summary>
    public string? Outcome { get; init; }
}

/// <summary>What became of a mail, as it stands in the table.</summary>
internal static class MailOutcomes
{
    public const string Sent = "sent";

    /// <summary>The mail server takes it for good not.</summary>
    public const string Refused = "refused";

    /// <summary>It could not be sent while its link would have lived.</summary>
    public const string Expired = "expired";

    /// <summary>The account's password or address changed after it was asked for.</summary>
    public const string Outdated = "outdated";

    /// <summary>Nobody has the address, or the account cannot be used.</summary>
    public const string NoAccount = "no_account";

    /// <summary>The address got as many mails in the last hour as it may.</summary>
    public const string OverBudget = "over_budget";

    /// <summary>What was typed as an address cannot be written into a mail.</summary>
    public const string Unreadable = "unreadable";
}

/// <summary>A mail to somebody who has an account.</summary>
internal sealed record MailRequest
{
    public required MailKind Kind { get; init; }

    public required Guid AccountId { get; init; }

    /// <summary>Where it goes when that is not the account's own address.</summary>
    public string? To { get; init; }

    /// <summary>The same as addresses are compared.</summary>
    public string? NormalizedTo { get; init; }

    /// <summary>A language tag; null for that of the profile.</summary>
    public string? Language { get; init; }

    /// <summary>What the template shows, by name. Never a secret and never a link.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>A mail to the account's own address that says no more than what happened.</summary>
    public static MailRequest Notice(MailKind kind, Guid account) => new() { Kind = kind, AccountId = account };
}

/// <summary>
/// A mail that a form asked for. Who has the address is looked up when it is sorted, behind the answer.
/// </summary>
internal sealed record AskedMail
{
    public required MailKind Kind { get; init; }

    /// <summary>Whose it is; null when somebody asked who is not signed in.</summary>
    public Guid? AccountId { get; init; }

    /// <summary>As it was typed.</summary>
    public required string Address { get; init; }

    /// <summary>The same as addresses are compared.</summary>
    public required string NormalizedAddress { get; init; }

    /// <summary>Of the page.</summary>
    public string? Language { get; init; }
}

/// <summary>That a mail was queued.</summary>
internal sealed record QueuedMail(Guid Id);

/// <summary>
/// Table <c>mail_outbox</c>, for whoever wants a mail sent: that is done when the row is there, whether the mail server
/// lives or not.
/// </summary>
internal sealed class MailOutbox(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>Queues a mail by itself.</summary>
    public async Task QueueAsync(MailRequest mail, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await QueueAsync(db, mail, ct);
    }

    /// <summary>
    /// Queues what a form asked for, whoever has the address: one statement, which asks nothing of any account. False
    /// when too many wait already.
    /// </summary>
    public async Task<bool> AskAsync(AskedMail mail, int mostWaiting, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var life = MailKinds.LifeOf(mail.Kind);
        var queued = await db.OnceAsync<QueuedMail>($"""
            INSERT INTO mail_outbox (
                kind, account_id, security_stamp, recipient, normalized_recipient, language, counted, expires_at)
            SELECT {mail.Kind.ToString()}, {OrNull.Uuid(mail.AccountId)},
                   (SELECT security_stamp FROM accounts WHERE id = {OrNull.Uuid(mail.AccountId)}),
                   {mail.Address}, {mail.NormalizedAddress}, {OrNull.Text(mail.Language)}, true, now() + {life}
            WHERE (SELECT count(*) FROM (SELECT FROM mail_outbox WHERE done_at IS NULL LIMIT {mostWaiting}) AS waiting)
                  < {mostWaiting}
            RETURNING id
            """, ct);
        return queued is not null;
    }

    /// <summary>
    /// Queues a mail in the transaction of a context, if it has one: it is sent if, and only if, that is committed.
    /// </summary>
    public static Task QueueAsync(OAuthDbContext db, MailRequest mail, CancellationToken ct)
    {
        var life = MailKinds.LifeOf(mail.Kind);
        var parameters = JsonSerializer.Serialize(mail.Parameters);
        return db.RunAsync($"""
            INSERT INTO mail_outbox (
                kind, account_id, security_stamp, recipient, normalized_recipient, language, parameters, sorted_at,
                expires_at)
            VALUES (
                {mail.Kind.ToString()}, {mail.AccountId},
                (SELECT security_stamp FROM accounts WHERE id = {mail.AccountId}),
                {OrNull.Text(mail.To)}, {OrNull.Text(mail.NormalizedTo ?? mail.To?.ToUpperInvariant())},
                {OrNull.Text(mail.Language)},
                {parameters}::jsonb, now(), now() + {life})
            """, ct);
    }
}

/// <summary>Maps the table.</summary>
internal sealed class MailOutboxTable : IEntityTypeConfiguration<OutboxMail>, IEntityTypeConfiguration<QueuedMail>
{
    public void Configure(EntityTypeBuilder<QueuedMail> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<OutboxMail> builder)
    {
        builder.ToTable("mail_outbox").HasKey(mail => mail.Id);
        builder.Property(mail => mail.Id).HasDefaultValueSql("gen_random_uuid()");
        builder.Property(mail => mail.Kind).HasConversion<string>();
        builder.Property(mail => mail.Parameters).HasColumnType("jsonb");
        builder.HasIndex(mail => mail.ExpiresAt);
    }
}
