using Npgsql;
using OAuthServer.Audit;

namespace OAuthServer.Storage;

/// <summary>An app that a person let in, as shown to this person.</summary>
internal sealed record Connection(string ClientId, string ClientName, IReadOnlyList<string> Scopes, DateTimeOffset GrantedAt);

/// <summary>
/// Table <c>oauth_consents</c>, the scopes that a person let a client have (RFC 6749 §10.2): the questions asked of it. Consent is
/// written with the code that it buys (<see cref="AuthorizationCodes"/>) and withdrawn by <see cref="Grants"/>.
/// </summary>
internal sealed class Consents(NpgsqlDataSource database, ServerTelemetry telemetry)
{
    private const string Find = "SELECT scopes FROM oauth_consents WHERE user_id = $1 AND client_id = $2";

    private const string List = """
        SELECT c.client_id, client.client_name, c.scopes, c.granted_at
        FROM oauth_consents c JOIN oauth_clients client ON client.client_id = c.client_id
        WHERE c.user_id = $1 ORDER BY c.granted_at DESC
        """;

    /// <summary>The scopes that the person agreed to before, or none.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(Guid userId, string clientId, CancellationToken ct)
    {
        using var timed = telemetry.Statement("consent.find");
        await using var command = database.CreateCommand(Find);
        command.Parameters.AddUuid(userId).AddText(clientId);
        return await command.ExecuteScalarAsync(ct) as string[] ?? [];
    }

    /// <summary>The apps of one person, newest first.</summary>
    public async Task<IReadOnlyList<Connection>> ListAsync(Guid userId, CancellationToken ct)
    {
        using var timed = telemetry.Statement("consent.list");
        await using var command = database.CreateCommand(List);
        command.Parameters.AddUuid(userId);
        await using var row = await command.ExecuteReaderAsync(ct);
        var connections = new List<Connection>();
        while (await row.ReadAsync(ct)) connections.Add(new(row.GetString(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetFieldValue<DateTimeOffset>(3)));
        return connections;
    }
}
