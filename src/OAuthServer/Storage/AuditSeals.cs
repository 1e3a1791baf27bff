using System.Runtime.CompilerServices;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>One row of <c>oauth_audit_seals</c>: that the rows of a range of ids were these and no others.</summary>
/// <param name="Day">The day of all its rows, in UTC.</param>
/// <param name="Hash">SHA-256 over the hash of the seal before it and its rows.</param>
/// <param name="SealedAt">In UTC, by the database's clock.</param>
internal sealed record AuditSeal(
    long Sequence, DateOnly Day, long FromId, long ToId, int RowCount, byte[] Hash, DateTime SealedAt, string KeyId, byte[] Signature);

/// <summary>Table <c>oauth_audit_seals</c>. Seals are added by one instance at a time and never changed or removed.</summary>
internal sealed class AuditSeals(NpgsqlDataSource database)
{
    internal const string Columns = "sequence, day, from_id, to_id, row_count, hash, sealed_at, kid, signature";

    private const string List = $"SELECT {Columns} FROM oauth_audit_seals ORDER BY sequence";

    // Every seal before the first one of a day that has to stay; the day is the database's, in UTC.
    private const string Expired = """
        SELECT coalesce((SELECT min(from_id) - 1 FROM oauth_audit_seals WHERE day >= kept.first_day), (SELECT max(to_id) FROM oauth_audit_seals), 0)
        FROM (SELECT ((now() - $1) AT TIME ZONE 'UTC')::date AS first_day) AS kept
        """;

    // Ids are handed out in order, so what is above the last seal is what waits.
    private const string Waiting = """
        SELECT now() - (SELECT occurred_at FROM oauth_audit_events
                        WHERE id > coalesce((SELECT max(to_id) FROM oauth_audit_seals), 0) ORDER BY id LIMIT 1)
        """;

    /// <summary>For how long the oldest row has waited for its seal; null when none waits.</summary>
    public async Task<TimeSpan?> LagAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(Waiting);
        return await command.ExecuteScalarAsync(ct) as TimeSpan?;
    }

    /// <summary>Takes the turn of the one who seals; null when another instance has it.</summary>
    public async Task<AuditSealing?> TryBeginAsync(CancellationToken ct)
    {
        var sealing = new AuditSealing(await database.OpenConnectionAsync(ct));
        if (await sealing.TryLockAsync(ct)) return sealing;
        await sealing.DisposeAsync();
        return null;
    }

    /// <summary>All seals in order, read as they are needed.</summary>
    public async IAsyncEnumerable<AuditSeal> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = database.CreateCommand(List);
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) yield return Read(row);
    }

    /// <summary>The last id whose row the sweeper may have taken: whole sealed days that are older than <paramref name="retention"/>.</summary>
    public async Task<long> LastExpiredIdAsync(TimeSpan retention, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Expired);
        command.Parameters.AddInterval(retention);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    internal static AuditSeal Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetFieldValue<DateOnly>(1), row.GetInt64(2), row.GetInt64(3), row.GetInt32(4),
        row.GetFieldValue<byte[]>(5), row.GetDateTime(6), row.GetString(7), row.GetFieldValue<byte[]>(8));
}
