using Npgsql;

namespace OAuthServer.Storage.Schema;

/// <summary>What stands in the way of a script: sessions that hold locks, and indexes that an earlier try left half built.</summary>
internal static class SchemaObstacles
{
    // Transactions that have been open for a while and hold a lock on a table of ours. Their text is not shown: it may hold what nobody should read.
    private const string Holders = """
        SELECT format('session %s (%s, %s, transaction open for %s s)', pid, coalesce(nullif(application_name, ''), 'unnamed'), coalesce(state, 'unknown'),
                      extract(epoch FROM now() - xact_start)::bigint)
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - $1
          AND pid IN (SELECT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                      WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND c.relnamespace = current_schema()::regnamespace)
        ORDER BY xact_start LIMIT 3
        """;

    private const string Invalid = """
        SELECT quote_ident(c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE NOT i.indisvalid AND c.relname = ANY ($1) AND pg_table_is_visible(c.oid)
        """;

    /// <summary>The sessions, oldest first, whose transactions are older than <paramref name="age"/>; empty when none is to be seen.</summary>
    public static Task<IReadOnlyList<string>> LockHoldersAsync(NpgsqlDataSource database, TimeSpan age, CancellationToken ct) =>
        ReadAsync(database, Holders, new NpgsqlParameter { Value = age }, ct);

    /// <summary>
    /// Drops those of a script's indexes that are invalid: IF NOT EXISTS would take them for built, and a unique one refuses rows
    /// although no query may use it. Gives back their names.
    /// </summary>
    public static async Task<IReadOnlyList<string>> DropInvalidAsync(NpgsqlDataSource database, MigrationScript script, TimeSpan timeout, CancellationToken ct)
    {
        if (script.ConcurrentIndexes is not { Count: > 0 } names) return [];
        var invalid = await ReadAsync(database, Invalid, new NpgsqlParameter { Value = names.ToArray() }, ct);
        foreach (var name in invalid)
        {
            await using var drop = database.CreateCommand($"DROP INDEX CONCURRENTLY IF EXISTS {name}");
            drop.CommandTimeout = (int)timeout.TotalSeconds;
            await drop.ExecuteNonQueryAsync(ct);
        }

        return invalid;
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(NpgsqlDataSource database, string sql, NpgsqlParameter parameter, CancellationToken ct)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(parameter);
        await using var row = await command.ExecuteReaderAsync(ct);
        var found = new List<string>();
        while (await row.ReadAsync(ct)) found.Add(row.GetString(0));
        return found;
    }
}
