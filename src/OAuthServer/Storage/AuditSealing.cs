using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage;

namespace OAuthServer.Storage;

/// <summary>A transaction that writes, as <c>pg_locks</c> names it.</summary>
internal sealed record WritingTransaction(string Id);

/// <summary>One instance's turn at sealing: a transaction that holds the lock of the one who seals.</summary>
internal sealed class AuditSealing(OAuthDbContext db) : IAsyncDisposable
{
    private IDbContextTransaction? _transaction;

    /// <summary>Begins; false when another instance seals.</summary>
    public async Task<bool> TryLockAsync(CancellationToken ct)
    {
        _transaction = await db.Database.BeginTransactionAsync(ct);
        return await db.TryLockAsync(AdvisoryLock.Sealing, ct);
    }

    /// <summary>The last seal, or null when there is none yet.</summary>
    public Task<AuditSeal?> LastAsync(CancellationToken ct) =>
        db.AuditSeals.OrderByDescending(seal => seal.Sequence).FirstOrDefaultAsync(ct);

    /// <summary>
    /// The highest id there is, and the transactions that may hold a lower one which is not to be seen yet.
    /// </summary>
    public async Task<(long HighestId, IReadOnlyList<string> Writers)> LookAsync(CancellationToken ct)
    {
        // Two statements in this order: a writer that begins in between gets a higher id.
        var highest = await db.AuditEvents.MaxAsync(row => (long?)row.Id, ct) ?? 0;
        return (highest, await WritersAsync(ct));
    }

    /// <summary>Those of <paramref name="among"/> that have not ended.</summary>
    public async Task<IReadOnlyList<string>> StillWritingAsync(IReadOnlyList<string> among, CancellationToken ct) =>
        [.. (await WritersAsync(ct)).Intersect(among, StringComparer.Ordinal)];

    /// <summary>The rows of a range in the order of their ids, the first <paramref name="limit"/> of them.</summary>
    public IAsyncEnumerable<AuditRow> RowsAsync(long fromId, long toId, int limit) =>
        db.AuditEvents.Where(row => row.Id >= fromId && row.Id <= toId)
            .OrderBy(row => row.Id).Take(limit).AsAsyncEnumerable();

    /// <summary>The time of this turn, by the database's clock, in UTC.</summary>
    public async Task<DateTime> NowAsync(CancellationToken ct) => (await db.NowAsync(ct)).UtcDateTime;

    /// <summary>Adds the seal and ends the turn.</summary>
    public async Task AddAsync(AuditSeal seal, CancellationToken ct)
    {
        db.AuditSeals.Add(seal);
        await db.SaveChangesAsync(ct);
        await _transaction!.CommitAsync(ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null) await _transaction.DisposeAsync();
        await db.DisposeAsync();
    }

    // Ids are handed out before their rows are committed, so that a lower id may appear after a higher one. Whoever
    // may still add a row takes this lock before it takes an id, and keeps it until its transaction has ended.
    private async Task<IReadOnlyList<string>> WritersAsync(CancellationToken ct)
    {
        var writers = await db.AllAsync<WritingTransaction>($"""
            SELECT DISTINCT virtualtransaction AS id FROM pg_locks
            WHERE locktype = 'relation' AND relation = 'oauth_audit_events'::regclass AND mode = 'RowExclusiveLock'
              AND pid <> pg_backend_pid()
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """, ct);
        return [.. writers.Select(writer => writer.Id)];
    }
}

/// <summary>Maps what the statement answers with.</summary>
internal sealed class WritingTransactionRow : IEntityTypeConfiguration<WritingTransaction>
{
    public void Configure(EntityTypeBuilder<WritingTransaction> builder) => builder.HasNoKey().ToView(null);
}
