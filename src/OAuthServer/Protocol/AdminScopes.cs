namespace OAuthServer.Protocol;

/// <summary>
/// The scopes of the server's own API for operators (docs/operations/admin-api.md). Metadata never lists them.
/// </summary>
internal static class AdminScopes
{
    public const string ReadClients = "admin.clients.read";
    public const string WriteClients = "admin.clients.write";
    public const string ReadAccounts = "admin.accounts.read";
    public const string WriteAccounts = "admin.accounts.write";
    public const string ReadSessions = "admin.sessions.read";
    public const string EndSessions = "admin.sessions.write";
    public const string ReadResources = "admin.resources.read";
    public const string ReadKeys = "admin.keys.read";
    public const string ReadAudit = "admin.audit.read";

    public static IReadOnlyList<string> All { get; } =
    [
        ReadClients, WriteClients, ReadAccounts, WriteAccounts, ReadSessions, EndSessions, ReadResources, ReadKeys,
        ReadAudit,
    ];
}
