using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>From when until when a Data Protection key protects new cookies, unless it lies there in clear.</summary>
internal sealed record SessionKeyRow(DateTimeOffset ActivatesAt, DateTimeOffset ExpiresAt, bool InClear);

/// <summary>
/// The dates of the Data Protection keys in <c>data_protection_keys</c>, for the doctor. ASP.NET Core writes and
/// reads the keys themselves.
/// </summary>
internal sealed class SessionKeys(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>The dates of every key. They are cut out by the database, so that no key leaves it.</summary>
    public async Task<IReadOnlyList<SessionKeyRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.AllAsync<SessionKeyRow>($"""
            SELECT activation::timestamptz AS activates_at, expiration::timestamptz AS expires_at, in_clear
            FROM (SELECT xml LIKE '%<masterKey%' OR xml NOT LIKE '%<encryptedKey%' AS in_clear,
                         substring(xml from '<activationDate>([0-9T:.Z+-]+)</activationDate>') AS activation,
                         substring(xml from '<expirationDate>([0-9T:.Z+-]+)</expirationDate>') AS expiration
                  FROM data_protection_keys WHERE xml LIKE '<key %') AS dates
            WHERE activation IS NOT NULL AND expiration IS NOT NULL
            """, ct);
    }
}

/// <summary>Maps what the statement answers with.</summary>
internal sealed class SessionKeyRows : IEntityTypeConfiguration<SessionKeyRow>
{
    public void Configure(EntityTypeBuilder<SessionKeyRow> builder) => builder.HasNoKey().ToView(null);
}
