namespace OAuthServer.Protocol;

/// <summary>Who asked: goes into the audit row of whatever the request changes.</summary>
/// <param name="Address">The peer's address behind trusted proxies.</param>
/// <param name="CorrelationId">The id that the answer carries too.</param>
internal sealed record AuditContext(string? Address, string? CorrelationId)
{
    /// <summary>What an operator does by a command comes from no address.</summary>
    public static AuditContext Command { get; } = new(null, null);
}
