using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>
/// One more try on a new connection, where that repeats nothing: the server had ended the session while it was idle
/// (<c>idle_session_timeout</c>, a restart), or the question only reads. Anything else is tried once, since a
/// redemption whose answer was lost did commit. And nobody waits longer for a statement than the connection string
/// says, whatever the driver still does about it. See docs/decisions/025-one-more-try.md.
/// </summary>
internal sealed class OneMoreTry(
    ExecutionStrategyDependencies dependencies, SessionWatch sessions, StatementsUnderWay underWay) : IExecutionStrategy
{
    private const string ReaderOfRows = "Microsoft.EntityFrameworkCore.Relational";

    // Says whether queries are buffered and own transactions refused, as strategies do that repeat at will.
    public bool RetriesOnFailure => false;

    public TResult Execute<TState, TResult>(
        TState state,
        Func<DbContext, TState, TResult> operation,
        Func<DbContext, TState, ExecutionResult<TResult>>? verifySucceeded) =>
        operation(dependencies.CurrentContext.Context, state);

    public async Task<TResult> ExecuteAsync<TState, TResult>(
        TState state,
        Func<DbContext, TState, CancellationToken, Task<TResult>> operation,
        Func<DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default)
    {
        var db = (OAuthDbContext)dependencies.CurrentContext.Context;
        var statement = TryAsync(db, state, operation, cancellationToken);
        // What a transaction holds has to be undone on the same connection, after the statement.
        if (statement.IsCompleted || db.Database.CurrentTransaction is not null || Limit(db) is not { } limit)
            return await statement;
        try
        {
            return await statement.WaitAsync(limit, cancellationToken);
        }
        catch (Exception end) when (end is TimeoutException or OperationCanceledException)
        {
            // It has ended after all in the meantime, or this is how it ended.
            if (statement.IsCompleted) return await statement;
            db.Leave(statement);
            if (end is OperationCanceledException) throw;
            throw new OutcomeUnknownException($"The database did not answer within {limit.TotalSeconds:0} seconds.");
        }
    }

    private async Task<TResult> TryAsync<TState, TResult>(
        OAuthDbContext db,
        TState state,
        Func<DbContext, TState, CancellationToken, Task<TResult>> operation,
        CancellationToken ct)
    {
        using var counted = underWay.Begin();
        db.TriedAgain = false;
        db.Failed = null;
        try
        {
            return await operation(db, state, ct);
        }
        catch (InvalidOperationException odd) when (odd.Source == ReaderOfRows)
        {
            // Npgsql lost its way when a statement was cut short while it was prepared: these are rows of another one.
            sessions.EmptyPool();
            throw new OutcomeUnknownException($"The answer does not fit the statement: {odd.Message}");
        }
        catch (Exception failure) when (RepeatsNothing(db, failure))
        {
            db.TriedAgain = true;
        }

        return await operation(db, state, ct);
    }

    // A connection, and then an answer. Null when one of them may take as long as it takes.
    private static TimeSpan? Limit(OAuthDbContext db)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var answer = db.Database.GetCommandTimeout() ?? connection.CommandTimeout;
        return connection.ConnectionTimeout > 0 && answer > 0
            ? TimeSpan.FromSeconds(connection.ConnectionTimeout + answer)
            : null;
    }

    private static bool RepeatsNothing(OAuthDbContext db, Exception failure)
    {
        // The session of a transaction took it along.
        if (db.Database.CurrentTransaction is not null) return false;
        return DatabaseFailure.IsEndedSession(failure)
            || (db.Failed == CommandSource.LinqQuery && DatabaseFailure.IsBroken(failure));
    }
}
