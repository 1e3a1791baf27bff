using Microsoft.EntityFrameworkCore;
using OAuthServer.Telemetry;

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

/// <summary>The mapping of <c>oauth_clients</c> and the questions asked of it.</summary>
internal sealed class Clients(IDbContextFactory<OAuthDbContext> contexts, ServerTelemetry telemetry)
{
    /// <summary>The client of this id, also when it is disabled; null when there is none.</summary>
    public async Task<ClientRow?> FindAsync(string clientId, CancellationToken ct)
    {
        using var timed = telemetry.Statement("client.find");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Clients.AsNoTracking().SingleOrDefaultAsync(client => client.ClientId == clientId, ct);
    }

    /// <summary>The redirect URIs of all clients that are not disabled.</summary>
    public async Task<IReadOnlyList<string>> RedirectUrisAsync(CancellationToken ct)
    {
        using var timed = telemetry.Statement("client.redirect_uris");
        await using var db = await contexts.CreateDbContextAsync(ct);
        var lists = await db.Clients.AsNoTracking().Where(client => client.DisabledAt == null).Select(client => client.RedirectUris).ToListAsync(ct);
        return [.. lists.SelectMany(uris => uris).Distinct(StringComparer.Ordinal)];
    }
}

internal static class ClientTable
{
    public static void MapClients(this ModelBuilder model) =>
        model.Entity<ClientRow>().ToTable("oauth_clients").HasKey(client => client.ClientId);
}
