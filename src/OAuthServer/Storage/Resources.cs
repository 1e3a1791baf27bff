using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_resources</c>: an API that tokens are for (RFC 8707 §2).</summary>
internal sealed record ResourceRow
{
    public Guid Id { get; init; }

    /// <summary>The identifier as it stands in <c>aud</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>What spellings are compared by; the database makes it.</summary>
    public string Canonical { get; init; } = string.Empty;

    /// <summary>In plain words, for people.</summary>
    public required string Name { get; init; }

    /// <summary>A JSON object: the name in other languages, by their tags.</summary>
    public string Names { get; init; } = "{}";

    /// <summary>
    /// A JSON object: each scope with what it lets an app do, in plain words, or with an object of such words by
    /// language.
    /// </summary>
    public required string Scopes { get; init; }

    /// <summary>Null for the server's own.</summary>
    public TimeSpan? AccessTokenLifetime { get; init; }

    /// <summary>Whether a request means it that names no resource; one row at most.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The clients that may ask whether a token for this API is good.</summary>
    public string[] IntrospectionClients { get; init; } = [];

    /// <summary>Those of its scopes that nobody grants who signed in with one factor.</summary>
    public string[] SecondFactorScopes { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DisabledAt { get; init; }
}

/// <summary>The questions that the server asks of <c>oauth_resources</c>.</summary>
internal sealed class Resources(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>Every API, by identifier; disabled ones too.</summary>
    public async Task<IReadOnlyList<ResourceRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Resources.OrderBy(api => EF.Functions.Collate(api.Canonical, "C")).ToListAsync(ct);
    }

    /// <summary>Adds an API for requests that name none, unless it is there or another one is for them.</summary>
    public async Task AddDefaultAsync(string resource, string name, string scopes, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"""
            INSERT INTO oauth_resources (resource, name, scopes, is_default)
            VALUES ({resource}, {name}, {scopes}::jsonb, true) ON CONFLICT DO NOTHING
            """, ct);
    }
}

/// <summary>Maps the table.</summary>
internal sealed class ResourceTable : IEntityTypeConfiguration<ResourceRow>
{
    public void Configure(EntityTypeBuilder<ResourceRow> builder)
    {
        builder.ToTable("oauth_resources").HasKey(api => api.Id);
        builder.HasIndex(api => api.Canonical).IsUnique();
        builder.HasIndex(api => api.IsDefault).IsUnique().HasFilter("is_default");
        builder.Property(api => api.Id).HasDefaultValueSql("gen_random_uuid()");
        builder.Property(api => api.Canonical).ValueGeneratedOnAddOrUpdate();
        builder.Property(api => api.Names).HasColumnType("jsonb").HasDefaultValueSql("'{}'");
        builder.Property(api => api.Scopes).HasColumnType("jsonb");
        builder.Property(api => api.CreatedAt).HasDefaultValueSql("now()").ValueGeneratedOnAdd();
        // The trigger oauth_resources_touch writes it.
        builder.Property(api => api.UpdatedAt).HasDefaultValueSql("now()").ValueGeneratedOnAddOrUpdate();
    }
}
