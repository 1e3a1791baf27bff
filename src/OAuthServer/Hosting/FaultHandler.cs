using Microsoft.AspNetCore.Diagnostics;
using OAuthServer.Protocol;

namespace OAuthServer.Hosting;

/// <summary>Anything else is a fault of this server: 500 <c>server_error</c>. The last handler.</summary>
internal sealed partial class FaultHandler(ErrorAnswers answers, ILogger<FaultHandler> logger) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        LogFault(exception, httpContext.TraceIdentifier);
        await answers.WriteAsync(httpContext, OAuthError.ServerError(Reasons.UnexpectedError));
        return true;
    }

    [LoggerMessage(7002, LogLevel.Error, "Unexpected error, answered server_error. Correlation id {CorrelationId}")]
    private partial void LogFault(Exception exception, string correlationId);
}
