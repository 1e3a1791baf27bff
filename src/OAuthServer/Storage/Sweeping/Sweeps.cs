using Npgsql;
using OAuthServer.Audit;

namespace OAuthServer.Storage.Sweeping;

/// <summary>A table whose rows leave some time after their end, and the two statements that find them. Each table's own file has them.</summary>
/// <param name="Name">The table.</param>
/// <param name="Delete">Takes the batch size, how long to keep, and where to go on; answers with a <see cref="SweptBatch"/>'s columns.</param>
/// <param name="Count">Takes the highest figure to count to, and how long to keep.</param>
/// <param name="Keep">How long a row stays after its end.</param>
internal sealed record SweptTable(string Name, string Delete, string Count, TimeSpan Keep);

/// <summary>What one statement took away.</summary>
/// <param name="Found">Rows that it found and locked; fewer than asked for means that there are no more for now.</param>
/// <param name="Removed">Rows that it deleted; the rest changed at the same moment and is for the next run.</param>
/// <param name="Last">The end of the last row found, where the next statement goes on; null when none was found.</param>
internal sealed record SweptBatch(int Found, int Removed, DateTime? Last);

/// <summary>
/// Deletes by small statements. A row that anybody else has locked is skipped, so a sweep waits for nobody, and two sweeps
/// at once share the work and never a row.
/// </summary>
internal sealed class Sweeps(NpgsqlDataSource database, ServerTelemetry telemetry)
{
    // Both hold until the transaction's end. What a crash brings back is swept again: no commit has to wait for the disk.
    private const string Limits = "SELECT set_config('statement_timeout', $1, true), set_config('synchronous_commit', 'off', true)";

    /// <summary>
    /// Deletes at most <paramref name="batchSize"/> rows in one short transaction. Throws <see cref="PostgresException"/>
    /// (57014) when the statement takes longer than <paramref name="timeout"/>; then nothing was deleted.
    /// </summary>
    /// <param name="from">Where the statement before this one ended, so that the places of deleted rows are not read again; null begins anew.</param>
    public async Task<SweptBatch> DeleteAsync(SweptTable table, int batchSize, DateTime? from, TimeSpan timeout, CancellationToken ct)
    {
        using var timed = telemetry.Statement("sweep.delete");
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await LimitAsync(connection, timeout, ct);
        SweptBatch batch;
        await using (var command = new NpgsqlCommand(table.Delete, connection))
        {
            command.Parameters.AddNumber(batchSize).AddInterval(table.Keep).AddTime(from);
            await using var row = await command.ExecuteReaderAsync(ct);
            await row.ReadAsync(ct);
            batch = new(row.GetInt32(0), row.GetInt32(1), row.IsDBNull(2) ? null : row.GetDateTime(2));
        }

        await transaction.CommitAsync(ct);
        return batch;
    }

    /// <summary>How many rows wait to leave, counted up to <paramref name="limit"/>. Same timeout rule as deletion.</summary>
    public async Task<int> CountAsync(SweptTable table, int limit, TimeSpan timeout, CancellationToken ct)
    {
        using var timed = telemetry.Statement("sweep.count");
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await LimitAsync(connection, timeout, ct);
        await using var command = new NpgsqlCommand(table.Count, connection);
        command.Parameters.AddNumber(limit).AddInterval(table.Keep);
        return (int)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task LimitAsync(NpgsqlConnection connection, TimeSpan timeout, CancellationToken ct)
    {
        await using var limits = new NpgsqlCommand(Limits, connection);
        limits.Parameters.AddText(FormattableString.Invariant($"{(long)timeout.TotalMilliseconds}ms"));
        await limits.ExecuteNonQueryAsync(ct);
    }
}
