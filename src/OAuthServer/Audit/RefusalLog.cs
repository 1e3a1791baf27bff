using OAuthServer.Protocol;

namespace OAuthServer.Audit;

/// <summary>
/// Every refusal passes here once: of an endpoint, of a page, and of the pipeline. It leaves a log line with the
/// stable reason and the correlation id that the answer carries (docs/errors.md), and is counted.
/// </summary>
internal sealed partial class RefusalLog(ServerTelemetry telemetry, ILogger<RefusalLog> logger)
{
    /// <summary>Logs a refusal and hands it on.</summary>
    /// <param name="endpoint">The name of the route, or <c>none</c>.</param>
    public OAuthError Note(string endpoint, OAuthError error, AuditContext context)
    {
        telemetry.Refused(endpoint, error);
        var level = LevelOf(error);
        LogRefused(level, endpoint, error.Code, error.Reason, error.About?.ClientId, context.CorrelationId);
        if (error.Audience is { } audience)
            LogAudience(AudienceText.Show(audience.Received), audience.Expected, context.CorrelationId);
        if (error.Mismatch is { } mismatch && logger.IsEnabled(LogLevel.Information)) LogDifference(mismatch, context);
        return error;
    }

    private void LogDifference(RedirectUriMismatch mismatch, AuditContext context)
    {
        if (RedirectUriDifference.Of(mismatch) is not { } parts) return;
        LogMismatch(
            parts.Received,
            parts.Nearest,
            parts.Index,
            parts.ReceivedCharacter,
            parts.NearestCharacter,
            context.CorrelationId);
    }

    // No budget bounds these: a flood of requests must not become a flood of lines.
    private static LogLevel LevelOf(OAuthError error) => error.Status switch
    {
        StatusCodes.Status429TooManyRequests => LogLevel.Debug,
        StatusCodes.Status404NotFound => LogLevel.Debug,
        StatusCodes.Status405MethodNotAllowed => LogLevel.Debug,
        _ => LogLevel.Information,
    };

    [LoggerMessage(EventId = 1001, Message =
        "Refused at {Endpoint}: {Error} ({Reason}), client {ClientId}. Correlation id {CorrelationId}")]
    private partial void LogRefused(
        LogLevel level, string endpoint, string error, string reason, string? clientId, string? correlationId);

    [LoggerMessage(1021, LogLevel.Information,
        "The assertion is for {Received}; it must be for {Expected} alone. Correlation id {CorrelationId}")]
    private partial void LogAudience(string received, string expected, string? correlationId);

    [LoggerMessage(1003, LogLevel.Information,
        "The redirect URI {Received} is not {Nearest}, the nearest registered one: character {Index} is "
        + "{ReceivedCharacter} instead of {NearestCharacter}. Correlation id {CorrelationId}")]
    private partial void LogMismatch(
        string received,
        string nearest,
        int index,
        string receivedCharacter,
        string nearestCharacter,
        string? correlationId);
}
