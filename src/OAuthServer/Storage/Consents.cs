using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_consents</c>: the scopes that a person let a client have (RFC 6749 §10.2).</summary>
internal sealed record Consent
{
    public Guid UserId { get; init; }

    public required string ClientId { get; init; }

    public required string[] Scopes { get; init; }

    public DateTimeOffset GrantedAt { get; init; }
}

/// <summary>An app that a person let in, as shown to this person.</summary>
internal sealed record Connection(
    string ClientId, string ClientName, IReadOnlyList<string> Scopes, DateTimeOffset GrantedAt);

/// <summary>
/// Table <c>oauth_consents</c>: the questions asked of it. Consent is written with the code that it buys
/// (<see cref="AuthorizationCodes"/>) and withdrawn by <see cref="Grants"/>.
/// </summary>
internal sealed class Consents(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>The scopes that the person agreed to before, or none.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(Guid userId, string clientId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Consents.Where(consent => consent.UserId == userId && consent.ClientId == clientId)
            .Select(consent => consent.Scopes).FirstOrDefaultAsync(ct) ?? [];
    }

    /// <summary>The apps of one person, newest first.</summary>
    public async Task<IReadOnlyList<Connection>> ListAsync(Guid userId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var apps =
            from consent in db.Consents
            join client in db.Clients on consent.ClientId equals client.ClientId
            where consent.UserId == userId
            orderby consent.GrantedAt descending
            select new Connection(client.ClientId, client.Name, consent.Scopes, consent.GrantedAt);
        return await apps.ToListAsync(ct);
    }
}

/// <summary>Maps the table.</summary>
internal sealed class ConsentTable : IEntityTypeConfiguration<Consent>
{
    public void Configure(EntityTypeBuilder<Consent> builder)
    {
        builder.ToTable("oauth_consents").HasKey(consent => new { consent.UserId, consent.ClientId });
        builder.HasOne<Account>().WithMany().HasForeignKey(consent => consent.UserId);
        builder.HasOne<ClientRow>().WithMany().HasForeignKey(consent => consent.ClientId)
            .HasPrincipalKey(client => client.ClientId);
    }
}
