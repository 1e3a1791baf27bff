using System.Runtime.CompilerServices;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>One instance's turn at sealing: a transaction that holds the lock of the one who seals.</summary>
internal sealed class AuditSealing(NpgsqlConnection connection) : IAsyncDisposable
{
    // The key of the advisory lock: "oauthsea" in ASCII.
    private const string TryLock = "SELECT pg_try_advisory_xact_lock(x'6F61757468736561'::bigint)";

    private const string Last = $"SELECT {AuditSeals.Columns} FROM oauth_audit_seals ORDER BY sequence DESC LIMIT 1";

    // Ids are handed out before their rows are committed, so that a lower id may appear after a higher one. Whoever may
    // still add a row takes this lock before it takes an id, and keeps it until its transaction has ended.
    private const string Writers = """
        SELECT coalesce(array_agg(DISTINCT virtualtransaction), '{}') FROM pg_locks
        WHERE locktype = 'relation' AND relation = 'oauth_audit_events'::regclass AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND ($1::text[] IS NULL OR virtualtransaction = ANY ($1))
        """;

    private const string Rows = $"SELECT {AuditEvents.Columns} FROM oauth_audit_events WHERE id BETWEEN $1 AND $2 ORDER BY id LIMIT $3";

    private const string Insert = $"""
        INSERT INTO oauth_audit_seals ({AuditSeals.Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    private NpgsqlTransaction? _transaction;

    /// <summary>Begins; false when another instance seals.</summary>
    public async Task<bool> TryLockAsync(CancellationToken ct)
    {
        _transaction = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand(TryLock, connection);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>The last seal, or null when there is none yet.</summary>
    public async Task<AuditSeal?> LastAsync(CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Last, connection);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? AuditSeals.Read(row) : null;
    }

    /// <summary>The highest id there is, and the transactions that may hold a lower one which is not to be seen yet.</summary>
    public async Task<(long HighestId, string[] Writers)> LookAsync(CancellationToken ct)
    {
        // Two statements in this order: a writer that begins in between gets a higher id.
        await using var highest = new NpgsqlCommand("SELECT coalesce(max(id), 0) FROM oauth_audit_events", connection);
        var id = (long)(await highest.ExecuteScalarAsync(ct))!;
        return (id, await WritersAsync(null, ct));
    }

    /// <summary>Those of <paramref name="among"/> that have not ended.</summary>
    public Task<string[]> StillWritingAsync(string[] among, CancellationToken ct) => WritersAsync(among, ct);

    /// <summary>The rows of a range in the order of their ids, the first <paramref name="limit"/> of them.</summary>
    public async IAsyncEnumerable<AuditRow> RowsAsync(long fromId, long toId, int limit, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Rows, connection);
        command.Parameters.AddNumber(fromId).AddNumber(toId).AddNumber(limit);
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) yield return AuditEvents.Read(row);
    }

    /// <summary>The time of this turn, by the database's clock, in UTC.</summary>
    public async Task<DateTime> NowAsync(CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT now()", connection);
        return (DateTime)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Adds the seal and ends the turn.</summary>
    public async Task AddAsync(AuditSeal seal, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Insert, connection);
        command.Parameters.AddNumber(seal.Sequence).AddDay(seal.Day).AddNumber(seal.FromId).AddNumber(seal.ToId).AddNumber(seal.RowCount)
            .AddBytes(seal.Hash).AddTime(seal.SealedAt).AddText(seal.KeyId).AddBytes(seal.Signature);
        await command.ExecuteNonQueryAsync(ct);
        await _transaction!.CommitAsync(ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null) await _transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private async Task<string[]> WritersAsync(string[]? among, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Writers, connection);
        command.Parameters.AddTexts(among);
        return (string[])(await command.ExecuteScalarAsync(ct))!;
    }
}
