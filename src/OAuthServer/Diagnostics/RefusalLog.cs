using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Diagnostics;

/// <summary>Every refusal leaves a log line with its stable reason; refused clients leave an audit row as well.</summary>
internal sealed partial class RefusalLog(AuditEvents audit, ILogger<RefusalLog> logger)
{
    private const int LongestClientId = 128;

    /// <summary>Logs a refusal and hands it on.</summary>
    public OAuthError Note(string endpoint, OAuthError error)
    {
        LogRefused(endpoint, error.Code, error.Reason);
        return error;
    }

    /// <summary>Logs and audits a client that could not be authenticated. Malformed requests are not audited, they name nobody.</summary>
    public async Task<OAuthError> RecordClientAsync(OAuthError error, string clientId, AuditContext context, CancellationToken ct)
    {
        await audit.RecordAsync(new(AuditEventNames.ClientRefused, error.Reason, context, clientId.Length <= LongestClientId ? clientId : null), ct);
        return Note("client", error);
    }

    /// <summary>Audits that a person said no.</summary>
    public Task RecordDenialAsync(OAuthError error, string clientId, Guid userId, AuditContext context, CancellationToken ct) =>
        audit.RecordAsync(new(AuditEventNames.Consent, error.Reason, context, clientId, userId), ct);

    [LoggerMessage(1001, LogLevel.Information, "Refused at {Endpoint}: {Error} ({Reason})")]
    private partial void LogRefused(string endpoint, string error, string reason);
}
