using Microsoft.AspNetCore.Diagnostics;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Hosting;

/// <summary>
/// The database or the key store is away, or refuses: 503 <c>temporarily_unavailable</c> with <c>Retry-After</c>,
/// whatever it says. That a statement itself was refused is logged as the fault that it is; the request can be sent
/// again all the same.
/// </summary>
internal sealed partial class OutageHandler(ErrorAnswers answers, ILogger<OutageHandler> logger) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!IsOfKeys(exception) && !DatabaseFailure.Is(exception)) return false;
        if (DatabaseFailure.IsFault(exception)) LogRefused(exception, httpContext.TraceIdentifier);
        else LogAway(exception, httpContext.TraceIdentifier);
        await answers.WriteAsync(httpContext, OAuthError.TemporarilyUnavailable(Reasons.DependencyAway));
        return true;
    }

    // A line each: every request meets it, and where in the code it was met says nothing about it.
    private void LogAway(Exception exception, string correlationId)
    {
        LogOutage(exception.GetBaseException().Message, correlationId);
        LogMet(exception, correlationId);
    }

    private static bool IsOfKeys(Exception exception) =>
        exception is KeyStoreException || (exception.InnerException is { } cause && IsOfKeys(cause));

    [LoggerMessage(7003, LogLevel.Error,
        "A dependency is away, answered temporarily_unavailable: {Cause}. Correlation id {CorrelationId}")]
    private partial void LogOutage(string cause, string correlationId);

    [LoggerMessage(7013, LogLevel.Debug, "Where the dependency was missed. Correlation id {CorrelationId}")]
    private partial void LogMet(Exception exception, string correlationId);

    [LoggerMessage(7004, LogLevel.Error,
        "The database refused a statement, answered temporarily_unavailable. Its schema may not be this server's; else "
        + "this is a fault. Correlation id {CorrelationId}")]
    private partial void LogRefused(Exception exception, string correlationId);
}
