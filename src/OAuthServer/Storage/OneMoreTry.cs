using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace OAuthServer.Storage;

/// <summary>
/// One more try on a new connection, where that repeats nothing: the server had ended the session while it was idle
/// (<c>idle_session_timeout</c>, a restart), or the question only reads. Anything else is tried once, since a
/// redemption whose answer was lost did commit. See docs/decisions/025-one-more-try.md.
/// </summary>
internal sealed class OneMoreTry(ExecutionStrategyDependencies dependencies) : IExecutionStrategy
{
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
        db.TriedAgain = false;
        db.Failed = null;
        try
        {
            return await operation(db, state, cancellationToken);
        }
        catch (Exception failure) when (RepeatsNothing(db, failure))
        {
            db.TriedAgain = true;
        }

        return await operation(db, state, cancellationToken);
    }

    private static bool RepeatsNothing(OAuthDbContext db, Exception failure)
    {
        // The session of a transaction took it along.
        if (db.Database.CurrentTransaction is not null) return false;
        return DatabaseFailure.IsEndedSession(failure)
            || (db.Failed == CommandSource.LinqQuery && DatabaseFailure.IsBroken(failure));
    }
}
