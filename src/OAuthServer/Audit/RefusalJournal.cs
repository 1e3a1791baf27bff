using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Audit;

/// <summary>
/// Logs refusals, and audits those that name a known client: one row each. Malformed requests name nobody; an outage
/// and a budget that is used up (429) are about the server and not the client. None of these is audited.
/// </summary>
internal sealed partial class RefusalJournal(RefusalLog log, AuditEvents audit, ILogger<RefusalJournal> logger)
{
    /// <summary>Logs a refusal, audits it when it names somebody, and hands it on.</summary>
    /// <param name="name">The audit event, one of <see cref="AuditEventNames"/>.</param>
    public async Task<OAuthError> RecordAsync(
        string endpoint, string name, OAuthError error, AuditContext context, CancellationToken ct)
    {
        if (error.About is { } about && !IsAboutTheServer(error))
            await audit.RecordAsync(new(name, error.Reason, context, about.ClientId, about.UserId, about.GrantId), ct);
        return log.Note(endpoint, error, context);
    }

    /// <summary>
    /// Logs and audits a client that could not be authenticated, also one that does not exist, by the name it gave. A
    /// budget of guesses that is used up is one more row; what comes after it leaves none, so that a flood of requests
    /// is no flood of rows.
    /// </summary>
    public async Task<OAuthError> RecordClientAsync(
        string endpoint, OAuthError error, string clientId, AuditContext context, CancellationToken ct)
    {
        if (error.Status != StatusCodes.Status429TooManyRequests)
        {
            var named = clientId.Length <= ClientId.Longest ? clientId : null;
            var refused = new AuditEvent(AuditEventNames.ClientRefused, error.Reason, context, named)
            {
                Detail = error.Audience is { } audience ? AudienceText.Show(audience.Received) : null,
            };
            await audit.RecordAsync(refused, ct);
            if (error.GuessesUsedUp) await RecordUsedUpAsync(error.Reason, context, named, ct);
        }

        return log.Note(endpoint, error, context);
    }

    /// <summary>Logs a refusal that names nobody, or is in the audit log already, and hands it on.</summary>
    public OAuthError Note(string endpoint, OAuthError error, AuditContext context) =>
        log.Note(endpoint, error, context);

    private static bool IsAboutTheServer(OAuthError error) =>
        error.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable;

    private Task RecordUsedUpAsync(string reason, AuditContext context, string? clientId, CancellationToken ct)
    {
        LogUsedUp(reason, context.CorrelationId);
        return audit.RecordAsync(new(AuditEventNames.BudgetUsedUp, reason, context, clientId), ct);
    }

    [LoggerMessage(1004, LogLevel.Warning,
        "A budget of guesses is used up ({Reason}); until its window ends, more of the same are answered 429. "
        + "Correlation id {CorrelationId}")]
    private partial void LogUsedUp(string reason, string? correlationId);
}
