using Npgsql;
using OAuthServer.Audit;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_clients</c>: one registered client (RFC 6749 §2).</summary>
internal sealed record ClientRow
{
    public required string ClientId { get; init; }

    public string? ClientSecret { get; init; }

    public DateTimeOffset? ClientSecretExpiresAt { get; init; }

    public string? NextClientSecret { get; init; }

    public DateTimeOffset? NextClientSecretExpiresAt { get; init; }

    public required string ClientName { get; init; }

    public required string ApplicationType { get; init; }

    public required string[] RedirectUris { get; init; }

    public required string[] Scopes { get; init; }

    public required string[] DefaultScopes { get; init; }

    public required string[] GrantTypes { get; init; }

    public bool RequirePkce { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>The secrets are hashes, and stay out of logs all the same.</summary>
    public override string ToString() => ClientId;
}

/// <summary>The questions that the server asks of <c>oauth_clients</c>.</summary>
internal sealed class Clients(NpgsqlDataSource database, ServerTelemetry telemetry)
{
    private const string RedirectUris = "SELECT DISTINCT unnest(redirect_uris) FROM oauth_clients WHERE disabled_at IS NULL";

    private readonly ClientRecords _records = new(database);

    /// <summary>The client of this id, also when it is disabled; null when there is none.</summary>
    public async Task<ClientRow?> FindAsync(string clientId, CancellationToken ct)
    {
        using var timed = telemetry.Statement("client.find");
        return await _records.FindAsync(clientId, ct);
    }

    /// <summary>The redirect URIs of all clients that are not disabled.</summary>
    public async Task<IReadOnlyList<string>> RedirectUrisAsync(CancellationToken ct)
    {
        using var timed = telemetry.Statement("client.redirect_uris");
        await using var command = database.CreateCommand(RedirectUris);
        await using var row = await command.ExecuteReaderAsync(ct);
        var uris = new List<string>();
        while (await row.ReadAsync(ct)) uris.Add(row.GetString(0));
        return uris;
    }
}
