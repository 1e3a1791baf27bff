using Npgsql;

namespace OAuthServer.Bench.Database;

/// <summary>Single statements over a connection of their own, for what is not measured.</summary>
internal static class Sql
{
    private static readonly int Patience = (int)TimeSpan.FromMinutes(5).TotalSeconds;

    /// <summary>Runs a statement; parameters are <c>$1</c>, <c>$2</c>, …</summary>
    public static async Task ExecuteAsync(
        string connectionString, string sql, CancellationToken ct, params object[] parameters)
    {
        await using var connection = await OpenAsync(connectionString, ct);
        await using var command = Command(connection, sql, parameters);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The first column of the first row, which must be there.</summary>
    public static async Task<T> ScalarAsync<T>(
        string connectionString, string sql, CancellationToken ct, params object[] parameters)
    {
        await using var connection = await OpenAsync(connectionString, ct);
        await using var command = Command(connection, sql, parameters);
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        return connection;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = Patience };
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
