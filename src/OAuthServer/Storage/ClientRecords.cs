using Npgsql;

namespace OAuthServer.Storage;

/// <summary>Table <c>oauth_clients</c> as it stands: every row, disabled ones too.</summary>
internal sealed class ClientRecords(NpgsqlDataSource database)
{
    internal const string Columns = """
        client_id, client_secret, client_secret_expires_at, next_client_secret, next_client_secret_expires_at, client_name, application_type,
        redirect_uris, scopes, default_scopes, grant_types, require_pkce, created_at, updated_at, disabled_at
        """;

    private const string List = $"SELECT {Columns} FROM oauth_clients ORDER BY client_id COLLATE \"C\"";

    private const string Find = $"SELECT {Columns} FROM oauth_clients WHERE client_id = $1";

    /// <summary>Every client, by id.</summary>
    public async Task<IReadOnlyList<ClientRow>> ListAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(List);
        return await ReadAllAsync(command, ct);
    }

    /// <summary>The client of this id; null when there is none.</summary>
    public async Task<ClientRow?> FindAsync(string clientId, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.AddText(clientId);
        return (await ReadAllAsync(command, ct)).SingleOrDefault();
    }

    internal static async Task<IReadOnlyList<ClientRow>> ReadAllAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var row = await command.ExecuteReaderAsync(ct);
        var clients = new List<ClientRow>();
        while (await row.ReadAsync(ct)) clients.Add(Read(row));
        return clients;
    }

    private static ClientRow Read(NpgsqlDataReader row) => new()
    {
        ClientId = row.GetString(0),
        ClientSecret = row.TextOrNull(1),
        ClientSecretExpiresAt = row.TimeOrNull(2),
        NextClientSecret = row.TextOrNull(3),
        NextClientSecretExpiresAt = row.TimeOrNull(4),
        ClientName = row.GetString(5),
        ApplicationType = row.GetString(6),
        RedirectUris = row.GetFieldValue<string[]>(7),
        Scopes = row.GetFieldValue<string[]>(8),
        DefaultScopes = row.GetFieldValue<string[]>(9),
        GrantTypes = row.GetFieldValue<string[]>(10),
        RequirePkce = row.GetBoolean(11),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(12),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(13),
        DisabledAt = row.TimeOrNull(14),
    };
}
