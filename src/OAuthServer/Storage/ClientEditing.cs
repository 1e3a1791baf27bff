using Npgsql;

namespace OAuthServer.Storage;

/// <summary>
/// One transaction that changes clients, each change in one statement with its audit row. Whoever edits by commands waits for the
/// one before (an advisory lock), so that two of them never work on the same picture. Disposed without a commit it changed nothing.
/// </summary>
internal sealed class ClientEditing : IAsyncDisposable
{
    // Any number will do that nothing else locks in this database.
    private const long Turn = 0x6F61_7574_6863_6C69;

    private const string Insert = """
        WITH made AS (
            INSERT INTO oauth_clients (client_id, client_secret, client_secret_expires_at, next_client_secret, next_client_secret_expires_at, client_name,
                application_type, redirect_uris, scopes, default_scopes, grant_types, require_pkce, disabled_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING client_id
        )
        INSERT INTO oauth_audit_events (event, client_id) SELECT event, client_id FROM made, unnest($14) AS event
        """;

    private const string Update = """
        WITH changed AS (
            UPDATE oauth_clients SET client_secret = $2, client_secret_expires_at = $3, next_client_secret = $4, next_client_secret_expires_at = $5, client_name = $6,
                application_type = $7, redirect_uris = $8, scopes = $9, default_scopes = $10, grant_types = $11, require_pkce = $12, disabled_at = $13
            WHERE client_id = $1 RETURNING client_id
        )
        INSERT INTO oauth_audit_events (event, client_id) SELECT event, client_id FROM changed, unnest($14) AS event
        """;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private ClientEditing(NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset now) =>
        (_connection, _transaction, Now) = (connection, transaction, now);

    /// <summary>The database's clock at the begin; end dates are counted from it.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Waits for its turn and begins.</summary>
    public static async Task<ClientEditing> BeginAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        var connection = await database.OpenConnectionAsync(ct);
        try
        {
            var transaction = await connection.BeginTransactionAsync(ct);
            await using var turn = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", connection);
            turn.Parameters.AddNumber(Turn);
            await turn.ExecuteNonQueryAsync(ct);
            await using var clock = new NpgsqlCommand("SELECT clock_timestamp()", connection);
            return new ClientEditing(connection, transaction, new DateTimeOffset((DateTime)(await clock.ExecuteScalarAsync(ct))!));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every client, by id. Nobody else changes them until this ends; token requests and consents go on.</summary>
    public async Task<IReadOnlyList<ClientRow>> ListAsync(CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"SELECT {ClientRecords.Columns} FROM oauth_clients ORDER BY client_id COLLATE \"C\" FOR NO KEY UPDATE", _connection);
        return await ClientRecords.ReadAllAsync(command, ct);
    }

    /// <summary>The client of this id, held the same way; null when there is none.</summary>
    public async Task<ClientRow?> FindAsync(string clientId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"SELECT {ClientRecords.Columns} FROM oauth_clients WHERE client_id = $1 FOR NO KEY UPDATE", _connection);
        command.Parameters.AddText(clientId);
        return (await ClientRecords.ReadAllAsync(command, ct)).SingleOrDefault();
    }

    /// <summary>Registers a client.</summary>
    public Task InsertAsync(ClientRow client, IEnumerable<string> events, CancellationToken ct) => WriteAsync(Insert, client, events, ct);

    /// <summary>Writes everything of a client but its id and the times of its making and changing.</summary>
    public Task UpdateAsync(ClientRow client, IEnumerable<string> events, CancellationToken ct) => WriteAsync(Update, client, events, ct);

    /// <summary>Makes the changes last; from then on every instance follows.</summary>
    public Task CommitAsync(CancellationToken ct) => _transaction.CommitAsync(ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task WriteAsync(string sql, ClientRow client, IEnumerable<string> events, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        command.Parameters.AddText(client.ClientId)
            .AddText(client.ClientSecret).AddTime(client.ClientSecretExpiresAt?.UtcDateTime)
            .AddText(client.NextClientSecret).AddTime(client.NextClientSecretExpiresAt?.UtcDateTime)
            .AddText(client.ClientName).AddText(client.ApplicationType)
            .AddTexts(client.RedirectUris).AddTexts(client.Scopes).AddTexts(client.DefaultScopes).AddTexts(client.GrantTypes)
            .AddFlag(client.RequirePkce).AddTime(client.DisabledAt?.UtcDateTime).AddTexts(events);
        await command.ExecuteNonQueryAsync(ct);
    }
}
