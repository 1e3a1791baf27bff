using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>
/// Watches what the sessions say beside their answers. A failure after which no session is fit for use empties the
/// pool, and a commit whose wait for the synchronous standby was given up is no success: it would be lost with this
/// node.
/// </summary>
internal sealed class SessionWatch(NpgsqlDataSource pool, TimeProvider clock)
    : DbCommandInterceptor, IDbConnectionInterceptor
{
    // The function of PostgreSQL that gives the wait up, in every language of its messages.
    private const string WaitForStandby = "SyncRepWaitForLSN";

    // One failure is met by every request at once; emptying the pool for each would close what the first has opened.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConditionalWeakTable<DbConnection, object> _undurable = [];
    private readonly Lock _emptying = new();
    private long? _emptied;

    /// <inheritdoc/>
    public override Task CommandFailedAsync(
        DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is OAuthDbContext db) db.Failed = eventData.CommandSource;
        if (DatabaseFailure.SpoilsConnections(eventData.Exception)) EmptyPool();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public DbConnection ConnectionCreated(ConnectionCreatedEventData eventData, DbConnection result)
    {
        ((NpgsqlConnection)result).Notice += (_, said) =>
        {
            if (said.Notice.Routine == WaitForStandby) _undurable.AddOrUpdate(result, said);
        };
        return result;
    }

    /// <inheritdoc/>
    public Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        if (!_undurable.Remove(connection)) return Task.CompletedTask;
        throw new OutcomeUnknownException(
            "The wait for the synchronous standby was given up: what was written may be lost with this node.");
    }

    /// <summary>No connection that is open now is used again.</summary>
    public void EmptyPool()
    {
        lock (_emptying)
        {
            if (_emptied is { } last && clock.GetElapsedTime(last) < Pause) return;
            _emptied = clock.GetTimestamp();
        }

        pool.Clear();
    }
}
