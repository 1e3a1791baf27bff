using Npgsql;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>
/// Whether a session keeps what it has prepared. Behind a pooler that gives each transaction another session
/// (PgBouncer with <c>pool_mode=transaction</c>) it does not, and half of all statements would be unknown.
/// </summary>
internal static class PreparedStatementProbe
{
    /// <summary>What is the matter.</summary>
    public const string Lost =
        "The database is behind a pooler that loses prepared statements: half of all requests would fail.";

    /// <summary>What an operator does about it.</summary>
    public const string Fix =
        "Add Max Auto Prepare=0 to ConnectionStrings:OAuthServer, and let ConnectionStrings:OAuthServerListen name "
        + "PostgreSQL itself, without the pooler.";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>
    /// True when a prepared statement was lost. False when it was not, when none are prepared, and when the database
    /// does not answer: that is for others to say.
    /// </summary>
    public static async Task<bool> LosesStatementsAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        if (new NpgsqlConnectionStringBuilder(database.ConnectionString).MaxAutoPrepare == 0) return false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limit);
        try
        {
            return await IsLostAsync(database, limit.Token);
        }
        catch (Exception outage) when (
            DatabaseFailure.Is(outage) || (outage is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return false;
        }
    }

    // The second connection takes the session that the first one prepared on, if the two share any. The name of the
    // statement may be known to the other session from somebody before, so the answer counts, which is nobody else's.
    private static async Task<bool> IsLostAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        var mine = Handle.NewId();
        try
        {
            await using var first = await database.OpenConnectionAsync(ct);
            await using var prepared = new NpgsqlCommand($"SELECT '{mine}'::uuid", first);
            await prepared.PrepareAsync(ct);
            await using var second = await database.OpenConnectionAsync(ct);
            await using var holding = await second.BeginTransactionAsync(ct);
            await using (var ask = new NpgsqlCommand("SELECT 1", second)) await ask.ExecuteNonQueryAsync(ct);
            if (await prepared.ExecuteScalarAsync(ct) is not Guid answer || answer != mine) return true;
            await prepared.UnprepareAsync(ct);
            return false;
        }
        catch (PostgresException unknown) when (unknown.SqlState
            is PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.DuplicatePreparedStatement)
        {
            return true;
        }
    }
}
