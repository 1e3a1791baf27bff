using Microsoft.AspNetCore.Diagnostics;
using Npgsql;
using OAuthServer.Keys;
using OAuthServer.Protocol;

namespace OAuthServer.Hosting;

/// <summary>
/// The database or the key store is away: 503 <c>temporarily_unavailable</c> with <c>Retry-After</c>. Entity Framework
/// wraps what the driver throws, so the whole chain of causes is looked at.
/// </summary>
internal sealed partial class OutageHandler(ErrorAnswers answers, ILogger<OutageHandler> logger) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!Chain(exception).Any(IsOutage)) return false;
        LogOutage(exception, httpContext.TraceIdentifier);
        await answers.WriteAsync(httpContext, OAuthError.TemporarilyUnavailable(Reasons.DependencyAway));
        return true;
    }

    /// <summary>
    /// PostgreSQL is away, full, shutting down or cancelling (SQLSTATE classes 08, 53, 57), says that trying again
    /// may help, or could not be reached. Any other error that it reports (a constraint, a missing table) is a fault
    /// of ours.
    /// </summary>
    private static bool IsOutage(Exception exception) => exception switch
    {
        KeyStoreException => true,
        PostgresException error => error.IsTransient || error.SqlState is ['0', '8', ..] or ['5', '3' or '7', ..],
        NpgsqlException { InnerException: PostgresException } => false,
        NpgsqlException => true,
        TimeoutException { Source: "Npgsql" } => true,
        _ => false,
    };

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var link = exception; link is not null; link = link.InnerException) yield return link;
    }

    [LoggerMessage(7003, LogLevel.Error,
        "A dependency is away, answered temporarily_unavailable. Correlation id {CorrelationId}")]
    private partial void LogOutage(Exception exception, string correlationId);
}
