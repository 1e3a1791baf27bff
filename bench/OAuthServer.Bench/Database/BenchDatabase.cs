using Npgsql;

namespace OAuthServer.Bench.Database;

/// <summary>One server's database.</summary>
/// <param name="connectionString">Holds the password: never print it.</param>
/// <param name="statisticsConnection">A database with pg_stat_statements, apart so that asking is not counted.</param>
internal sealed class BenchDatabase(string connectionString, string statisticsConnection)
{
    public string ConnectionString { get; } = connectionString;

    private string Name { get; } = new NpgsqlConnectionStringBuilder(connectionString).Database!;

    /// <summary>Runs a statement; parameters are <c>$1</c>, <c>$2</c>, …</summary>
    public async Task ExecuteAsync(string sql, CancellationToken ct, params object[] parameters)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>How many statements it has run so far, transaction control and session resets included.</summary>
    public async Task<long> StatementCountAsync(CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(statisticsConnection) { Pooling = false });
        await using var command = source.CreateCommand("SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = Name });
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
