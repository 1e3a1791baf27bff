using OAuthServer.Protocol;
using OAuthServer.Storage;
using OAuthServer.Telemetry;

namespace OAuthServer.Diagnostics;

/// <summary>Every refusal leaves a log line with its stable reason; refused clients leave an audit row as well.</summary>
internal sealed partial class RefusalLog(AuditEvents audit, ServerTelemetry telemetry, ILogger<RefusalLog> logger)
{
    private const int LongestClientId = 128;

    /// <summary>Logs a refusal and hands it on.</summary>
    public OAuthError Note(string endpoint, OAuthError error)
    {
        telemetry.Refused(endpoint, error);
        LogRefused(endpoint, error.Code, error.Reason);
        return error;
    }

    /// <summary>
    /// Logs and audits a client that could not be authenticated. Malformed requests are not audited, they name nobody. Once
    /// a budget of guesses is used up, which is one more row, what comes after it leaves no trace: a flood must not become
    /// a flood of rows.
    /// </summary>
    public async Task<OAuthError> RecordClientAsync(OAuthError error, string clientId, AuditContext context, CancellationToken ct)
    {
        if (error.Status == StatusCodes.Status429TooManyRequests)
        {
            telemetry.Refused("client", error);
            LogLimited(error.Code, error.Reason);
            return error;
        }

        var named = clientId.Length <= LongestClientId ? clientId : null;
        await audit.RecordAsync(new(AuditEventNames.ClientRefused, error.Reason, context, named), ct);
        if (error.Budget is not null) await RecordUsedUpAsync(error.Reason, context, named, ct);
        return Note("client", error);
    }

    /// <summary>Logs and audits that a budget is used up: once per window.</summary>
    /// <param name="reason">Why most of it was used, a reason code.</param>
    /// <param name="context">The request that used the last of it, or the first one turned away.</param>
    /// <param name="clientId">The client, when it is a budget of one.</param>
    /// <param name="ct">Ends with the request.</param>
    public Task RecordUsedUpAsync(string reason, AuditContext context, string? clientId, CancellationToken ct)
    {
        LogUsedUp(reason);
        return audit.RecordAsync(new(AuditEventNames.BudgetUsedUp, reason, context, clientId), ct);
    }

    /// <summary>Logs and audits a person's no to an app.</summary>
    public async Task<OAuthError> RecordDenialAsync(OAuthError error, string clientId, Guid userId, AuditContext context, CancellationToken ct)
    {
        await audit.RecordAsync(new(AuditEventNames.Consent, error.Reason, context, clientId, userId), ct);
        return Note("authorize", error);
    }

    [LoggerMessage(1001, LogLevel.Information, "Refused at {Endpoint}: {Error} ({Reason})")]
    private partial void LogRefused(string endpoint, string error, string reason);

    [LoggerMessage(1003, LogLevel.Debug, "Refused a client: {Error} ({Reason})")]
    private partial void LogLimited(string error, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "A budget of guesses is used up ({Reason}); until its window ends, more of the same are answered 429")]
    private partial void LogUsedUp(string reason);
}
