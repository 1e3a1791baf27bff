using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_client_logos</c>: the picture of a client.</summary>
internal sealed record ClientLogo
{
    public required string ClientId { get; init; }

    public required byte[] Content { get; init; }

    public required string MediaType { get; init; }

    /// <summary>SHA-256 of the content, which is part of its address; the database makes it.</summary>
    public string Hash { get; init; } = string.Empty;

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>The questions that are asked of <c>oauth_client_logos</c>.</summary>
internal sealed class ClientLogos(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>The picture of this hash; null when no client has it.</summary>
    public async Task<Picture?> FindAsync(string hash, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var logo = await db.ClientLogos.FirstOrDefaultAsync(known => known.Hash == hash, ct);
        return logo is null ? null : new Picture(logo.Content, logo.MediaType);
    }

    /// <summary>
    /// Gives a client its picture in place of the one that it had; false when there is no such client.
    /// </summary>
    public async Task<bool> TrySetAsync(string clientId, Picture picture, AuditEvent entry, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await db.Clients.AnyAsync(client => client.ClientId == clientId, ct)) return false;
        await db.ClientLogos.Where(logo => logo.ClientId == clientId).ExecuteDeleteAsync(ct);
        var logo = new ClientLogo { ClientId = clientId, Content = picture.Content, MediaType = picture.MediaType };
        db.ClientLogos.Add(logo);
        return await AuditEvents.CommitWithAsync(db, entry, ct);
    }

    /// <summary>Takes the picture of a client away; false when it has none.</summary>
    public async Task<bool> TryRemoveAsync(string clientId, AuditEvent entry, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var rows = await db.ClientLogos.Where(logo => logo.ClientId == clientId).ExecuteDeleteAsync(ct);
        return rows > 0 && await AuditEvents.CommitWithAsync(db, entry, ct);
    }
}

/// <summary>Maps the table.</summary>
internal sealed class ClientLogoTable : IEntityTypeConfiguration<ClientLogo>
{
    public void Configure(EntityTypeBuilder<ClientLogo> builder)
    {
        builder.ToTable("oauth_client_logos").HasKey(logo => logo.ClientId);
        builder.HasIndex(logo => logo.Hash);
        builder.HasOne<ClientRow>().WithMany().HasForeignKey(logo => logo.ClientId)
            .HasPrincipalKey(client => client.ClientId).OnDelete(DeleteBehavior.Cascade);
        builder.Property(logo => logo.Hash).ValueGeneratedOnAddOrUpdate();
        builder.Property(logo => logo.UpdatedAt).HasDefaultValueSql("now()").ValueGeneratedOnAddOrUpdate();
    }
}
