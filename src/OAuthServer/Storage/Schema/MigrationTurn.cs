using Npgsql;

namespace OAuthServer.Storage.Schema;

/// <summary>
/// The turn of the one who migrates: a lock of its own session, apart from the scripts' transactions. Should the process
/// die, the session ends and with it the lock.
/// </summary>
internal sealed class MigrationTurn : IAsyncDisposable
{
    // The key of the advisory lock: any number that no other program on the database uses ("oauthsrv" in ASCII).
    private const long LockKey = 0x6F61757468737276;

    private readonly NpgsqlConnection _connection;

    private MigrationTurn(NpgsqlConnection connection, bool waited) => (_connection, Waited) = (connection, waited);

    /// <summary>Whether somebody else had the turn first.</summary>
    public bool Waited { get; }

    /// <summary>
    /// Asks again and again and never waits inside the database: a statement that waits there has a snapshot, and an index
    /// that is built concurrently waits until all older snapshots are gone. The two would wait for each other.
    /// </summary>
    public static async Task<MigrationTurn> TakeAsync(NpgsqlDataSource database, TimeSpan interval, Action waits, CancellationToken ct)
    {
        var connection = await database.OpenConnectionAsync(ct);
        try
        {
            var waited = false;
            while (!await AskAsync(connection, $"SELECT pg_try_advisory_lock({LockKey})", ct))
            {
                if (!waited) waits();
                waited = true;
                await Task.Delay(interval, TimeProvider.System, ct);
            }

            return new MigrationTurn(connection, waited);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await using (_connection) await AskAsync(_connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }
}
