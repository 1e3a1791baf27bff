using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_audit_seals</c>: that the rows of a range of ids were these and no others.</summary>
internal sealed record AuditSeal
{
    /// <summary>1, 2, 3, … without a gap.</summary>
    public required long Sequence { get; init; }

    /// <summary>The day of all its rows, in UTC.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>The seal before it ends one below.</summary>
    public required long FromId { get; init; }

    public required long ToId { get; init; }

    public required int RowCount { get; init; }

    /// <summary>SHA-256 over the hash of the seal before it and its rows.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>In UTC, by the database's clock.</summary>
    public required DateTime SealedAt { get; init; }

    public required string KeyId { get; init; }

    /// <summary>RS256 over everything above.</summary>
    public required byte[] Signature { get; init; }
}

/// <summary>An interval that the database measured; null when there was nothing to measure.</summary>
internal sealed record MeasuredTime(TimeSpan? Elapsed);

/// <summary>
/// Table <c>oauth_audit_seals</c>. Seals are added by one instance at a time and never changed or removed.
/// </summary>
internal sealed class AuditSeals(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>For how long the oldest row has waited for its seal; null when none waits.</summary>
    public async Task<TimeSpan?> LagAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        // Ids are handed out in order, so what is above the last seal is what waits.
        var waiting = await db.OnceAsync<MeasuredTime>($"""
            SELECT now() - (SELECT occurred_at FROM oauth_audit_events
                            WHERE id > coalesce((SELECT max(to_id) FROM oauth_audit_seals), 0)
                            ORDER BY id LIMIT 1) AS elapsed
            """, ct);
        return waiting?.Elapsed;
    }

    /// <summary>Takes the turn of the one who seals; null when another instance has it.</summary>
    public async Task<AuditSealing?> TryBeginAsync(CancellationToken ct)
    {
        var sealing = new AuditSealing(await contexts.CreateDbContextAsync(ct));
        if (await sealing.TryLockAsync(ct)) return sealing;
        await sealing.DisposeAsync();
        return null;
    }

    /// <summary>The seal of a number; null when there is none.</summary>
    public async Task<AuditSeal?> FindAsync(long sequence, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.AuditSeals.FirstOrDefaultAsync(seal => seal.Sequence == sequence, ct);
    }

    /// <summary>The last seal; null when there is none yet.</summary>
    public async Task<AuditSeal?> LastAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.AuditSeals.OrderByDescending(seal => seal.Sequence).FirstOrDefaultAsync(ct);
    }

    /// <summary>All seals in order, read as they are needed.</summary>
    public async IAsyncEnumerable<AuditSeal> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var seals = db.AuditSeals.OrderBy(seal => seal.Sequence).AsAsyncEnumerable();
        await foreach (var seal in seals.WithCancellation(ct)) yield return seal;
    }

    /// <summary>
    /// The last id whose row the sweeper may have taken: of whole sealed days that are older than
    /// <paramref name="retention"/>.
    /// </summary>
    public async Task<long> LastExpiredIdAsync(TimeSpan retention, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = await db.NowAsync(ct);
        var firstDay = DateOnly.FromDateTime(now.UtcDateTime - retention);
        var kept = await db.AuditSeals.Where(seal => seal.Day >= firstDay).MinAsync(seal => (long?)seal.FromId, ct);
        return kept - 1 ?? await db.AuditSeals.MaxAsync(seal => (long?)seal.ToId, ct) ?? 0;
    }
}

/// <summary>Maps the table.</summary>
internal sealed class AuditSealTable : IEntityTypeConfiguration<AuditSeal>, IEntityTypeConfiguration<MeasuredTime>
{
    public void Configure(EntityTypeBuilder<AuditSeal> builder)
    {
        builder.ToTable("oauth_audit_seals").HasKey(seal => seal.Sequence);
        builder.Property(seal => seal.Sequence).ValueGeneratedNever();
        builder.Property(seal => seal.KeyId).HasColumnName("kid");
        builder.HasIndex(seal => seal.ToId).IsUnique();
        builder.HasOne<SigningKeyRow>().WithMany().HasForeignKey(seal => seal.KeyId);
    }

    public void Configure(EntityTypeBuilder<MeasuredTime> builder) => builder.HasNoKey().ToView(null);
}
