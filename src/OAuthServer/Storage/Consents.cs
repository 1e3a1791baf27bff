using Microsoft.EntityFrameworkCore;
using OAuthServer.Telemetry;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_consents</c>: the scopes that a person let a client have.</summary>
internal sealed class ConsentRow
{
    public Guid UserId { get; init; }

    public required string ClientId { get; init; }

    public required string[] Scopes { get; init; }

    public DateTimeOffset GrantedAt { get; init; }
}

/// <summary>An app that a person let in, as shown to this person.</summary>
internal sealed record Connection(string ClientId, string ClientName, IReadOnlyList<string> Scopes, DateTimeOffset GrantedAt);

/// <summary>Remembered consent (RFC 6749 §10.2): the questions asked of it. Withdrawal is in <see cref="Grants"/>.</summary>
internal sealed class Consents(IDbContextFactory<OAuthDbContext> contexts, ServerTelemetry telemetry)
{
    /// <summary>The scopes that the person agreed to before, or none.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(Guid userId, string clientId, CancellationToken ct)
    {
        using var timed = telemetry.Statement("consent.find");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Consents.AsNoTracking().Where(consent => consent.UserId == userId && consent.ClientId == clientId)
            .Select(consent => consent.Scopes).SingleOrDefaultAsync(ct) ?? [];
    }

    /// <summary>The apps of one person, newest first.</summary>
    public async Task<IReadOnlyList<Connection>> ListAsync(Guid userId, CancellationToken ct)
    {
        using var timed = telemetry.Statement("consent.list");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Consents.AsNoTracking().Where(consent => consent.UserId == userId)
            .Join(db.Clients, consent => consent.ClientId, client => client.ClientId,
                (consent, client) => new { consent.ClientId, client.ClientName, consent.Scopes, consent.GrantedAt })
            .OrderByDescending(row => row.GrantedAt)
            .Select(row => new Connection(row.ClientId, row.ClientName, row.Scopes, row.GrantedAt))
            .ToListAsync(ct);
    }
}

internal static class ConsentTable
{
    public static void MapConsents(this ModelBuilder model) =>
        model.Entity<ConsentRow>().ToTable("oauth_consents").HasKey(consent => new { consent.UserId, consent.ClientId });
}
