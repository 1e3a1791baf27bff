using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_consents</c>: the scopes of one API that a person let a client have
/// (RFC 6749 §10.2).</summary>
internal sealed record Consent
{
    public Guid UserId { get; init; }

    public required string ClientId { get; init; }

    /// <summary>The API, by canonical identifier.</summary>
    public required string Resource { get; init; }

    public required string[] Scopes { get; init; }

    public DateTimeOffset GrantedAt { get; init; }
}

/// <summary>An API that a person let an app use, as shown to this person.</summary>
internal sealed record Connection(
    string ClientId, string ClientName, string Resource, IReadOnlyList<string> Scopes, DateTimeOffset GrantedAt);

/// <summary>
/// Table <c>oauth_consents</c>: the questions asked of it. Consent is written with the code that it buys
/// (<see cref="AuthorizationCodes"/>) and withdrawn by <see cref="Grants"/>.
/// </summary>
internal sealed class Consents(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>The scopes that the person agreed to before, by API.</summary>
    public async Task<ILookup<string, string>> FindAsync(Guid userId, string clientId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var consents = await db.Consents
            .Where(consent => consent.UserId == userId && consent.ClientId == clientId).ToListAsync(ct);
        return consents.SelectMany(consent => consent.Scopes, (consent, scope) => (consent.Resource, scope))
            .ToLookup(known => known.Resource, known => known.scope, StringComparer.Ordinal);
    }

    /// <summary>What the apps of one person may use, API by API, newest first.</summary>
    public async Task<IReadOnlyList<Connection>> ListAsync(Guid userId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var apps =
            from consent in db.Consents
            join client in db.Clients on consent.ClientId equals client.ClientId
            where consent.UserId == userId
            orderby consent.GrantedAt descending, consent.Resource
            select new Connection(
                client.ClientId, client.Name, consent.Resource, consent.Scopes, consent.GrantedAt);
        return await apps.ToListAsync(ct);
    }
}

/// <summary>Maps the table.</summary>
internal sealed class ConsentTable : IEntityTypeConfiguration<Consent>
{
    public void Configure(EntityTypeBuilder<Consent> builder)
    {
        builder.ToTable("oauth_consents").HasKey(consent => new { consent.UserId, consent.ClientId, consent.Resource });
        builder.HasOne<Account>().WithMany().HasForeignKey(consent => consent.UserId);
        builder.HasOne<ClientRow>().WithMany().HasForeignKey(consent => consent.ClientId)
            .HasPrincipalKey(client => client.ClientId);
    }
}
