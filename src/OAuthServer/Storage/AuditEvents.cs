using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_audit_events</c>. No secret, code, token or verifier is ever part of one.</summary>
internal sealed record AuditRow
{
    public long Id { get; init; }

    /// <summary>In UTC, to the microsecond; the database's clock.</summary>
    public DateTime OccurredAt { get; init; }

    /// <summary>One of <see cref="AuditEventNames"/>.</summary>
    public required string Event { get; init; }

    /// <summary>Null for success, else the reason code.</summary>
    public string? Reason { get; init; }

    public string? ClientId { get; init; }

    /// <summary>The person, by <c>accounts.pseudonym</c>; leads nowhere once the account is gone.</summary>
    public Guid? Pseudonym { get; init; }

    /// <summary>The id that a code and its refresh token have in common.</summary>
    public Guid? GrantId { get; init; }

    public string? Address { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>The signing key that the event is about.</summary>
    public string? KeyId { get; init; }

    /// <summary>Of a repeat: the address that sent the same first.</summary>
    public string? EarlierAddress { get; init; }

    /// <summary>Of a repeat: whether it came from other software; null when that is not known.</summary>
    public bool? OtherDevice { get; init; }

    /// <summary>
    /// Of a refusal: what was received instead, escaped and cut. Of what ended more than one thing: how many.
    /// </summary>
    public string? Detail { get; init; }
}

/// <summary>Something to put on record.</summary>
/// <param name="Event">What happened; one of <see cref="AuditEventNames"/>.</param>
/// <param name="Reason">Null for success, else the reason code.</param>
internal sealed record AuditEvent(
    string Event,
    string? Reason,
    AuditContext Context,
    string? ClientId = null,
    Guid? UserId = null,
    Guid? GrantId = null)
{
    /// <summary>What was received instead of what had to come, in a form that may be shown.</summary>
    public string? Detail { get; init; }
}

/// <summary>What to look for; null asks for nothing. All that is given must hold.</summary>
internal sealed record AuditFilter
{
    /// <summary>Rows with a higher id only.</summary>
    public long? AboveId { get; init; }

    /// <summary>This moment or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Before this moment.</summary>
    public DateTimeOffset? Until { get; init; }

    public string? Event { get; init; }

    public string? Reason { get; init; }

    public string? ClientId { get; init; }

    /// <summary>The id of an account that is there.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The pseudonym of a person, whether the account is there or not.</summary>
    public Guid? Pseudonym { get; init; }

    public string? Address { get; init; }

    public string? CorrelationId { get; init; }
}

/// <summary>A row that was looked for, and whose it is.</summary>
/// <param name="UserId">The account of the person; null when it names none, or one that is gone.</param>
internal sealed record FoundEvent(AuditRow Row, Guid? UserId);

/// <summary>
/// Table <c>oauth_audit_events</c>. Events that belong to a change are written by the statement that makes the change;
/// this writes those that change nothing else, and reads.
/// </summary>
internal sealed class AuditEvents(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>Writes one event.</summary>
    public async Task RecordAsync(AuditEvent audit, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await WriteAsync(db, audit, ct);
    }

    /// <summary>The newest rows that match, oldest of them first.</summary>
    public async Task<IReadOnlyList<FoundEvent>> FindAsync(AuditFilter filter, int limit, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var newest = Matching(db, filter).OrderByDescending(row => row.Id).Take(limit);
        var found = await newest
            .Select(row => new FoundEvent(
                row,
                db.Accounts.Where(account => account.Pseudonym == row.Pseudonym)
                    .Select(account => (Guid?)account.Id).FirstOrDefault()))
            .ToListAsync(ct);
        found.Sort((one, other) => one.Row.Id.CompareTo(other.Row.Id));
        return found;
    }

    /// <summary>Every row from one id to another, in order.</summary>
    public async IAsyncEnumerable<AuditRow> RangeAsync(
        long fromId, long toId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = db.AuditEvents.Where(row => row.Id >= fromId && row.Id <= toId).OrderBy(row => row.Id);
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct)) yield return row;
    }

    /// <summary>How many rows there are from one id to another, and when the first of them happened, in UTC.</summary>
    public async Task<(long Rows, DateTime? Oldest)> CountAsync(long fromId, long toId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = db.AuditEvents.Where(row => row.Id >= fromId && row.Id <= toId);
        var count = await rows.LongCountAsync(ct);
        return (count, await rows.MinAsync(row => (DateTime?)row.OccurredAt, ct));
    }

    /// <summary>
    /// Writes an event, in the transaction of a context if it has one. The person is named by the pseudonym of the
    /// account, as it is now: what is about an account that is deleted comes before it goes.
    /// </summary>
    internal static Task WriteAsync(OAuthDbContext db, AuditEvent audit, CancellationToken ct) => db.RunAsync($"""
        INSERT INTO oauth_audit_events (event, reason, client_id, pseudonym, grant_id, address, correlation_id, detail)
        VALUES ({audit.Event}, {OrNull.Text(audit.Reason)}, {OrNull.Text(audit.ClientId)},
                pseudonym_of({OrNull.Uuid(audit.UserId)}), {OrNull.Uuid(audit.GrantId)},
                {OrNull.Text(audit.Context.Address)}, {OrNull.Text(audit.Context.CorrelationId)},
                {OrNull.Text(audit.Detail)})
        """, ct);

    /// <summary>
    /// Saves what was changed in a context together with its event, and commits its transaction: one is never without
    /// the other. True, for whoever answers with it.
    /// </summary>
    internal static async Task<bool> CommitWithAsync(OAuthDbContext db, AuditEvent audit, CancellationToken ct)
    {
        await db.SaveChangesAsync(ct);
        await WriteAsync(db, audit, ct);
        await db.Database.CommitTransactionAsync(ct);
        return true;
    }

    private static IQueryable<AuditRow> Matching(OAuthDbContext db, AuditFilter filter)
    {
        IQueryable<AuditRow> rows = db.AuditEvents;
        if (filter.AboveId is { } above) rows = rows.Where(row => row.Id > above);
        if (filter.Since?.UtcDateTime is { } since) rows = rows.Where(row => row.OccurredAt >= since);
        if (filter.Until?.UtcDateTime is { } until) rows = rows.Where(row => row.OccurredAt < until);
        if (filter.Event is { } name) rows = rows.Where(row => row.Event == name);
        if (filter.Reason is { } reason) rows = rows.Where(row => row.Reason == reason);
        if (filter.ClientId is { } client) rows = rows.Where(row => row.ClientId == client);
        if (filter.Pseudonym is { } pseudonym) rows = rows.Where(row => row.Pseudonym == pseudonym);
        if (filter.UserId is { } user)
        {
            rows = rows.Where(row => row.Pseudonym != null && row.Pseudonym == db.Accounts
                .Where(account => account.Id == user).Select(account => (Guid?)account.Pseudonym).FirstOrDefault());
        }

        if (filter.Address is { } address) rows = rows.Where(row => row.Address == address);
        if (filter.CorrelationId is { } correlation) rows = rows.Where(row => row.CorrelationId == correlation);
        return rows;
    }
}

/// <summary>Maps the table.</summary>
internal sealed class AuditEventTable : IEntityTypeConfiguration<AuditRow>
{
    public void Configure(EntityTypeBuilder<AuditRow> builder)
    {
        builder.ToTable("oauth_audit_events").HasKey(row => row.Id);
        builder.Property(row => row.Id).UseIdentityAlwaysColumn();
        builder.Property(row => row.OccurredAt).HasDefaultValueSql("now()").ValueGeneratedOnAdd();
        builder.Property(row => row.KeyId).HasColumnName("kid");
    }
}
