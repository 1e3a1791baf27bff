using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_client_secret_uses</c>: when a secret was used.</summary>
internal sealed record ClientSecretUse
{
    public required string ClientId { get; init; }

    /// <summary>See <see cref="ClientSecretUses.Of"/>.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>When an instance first noted it.</summary>
    public DateTimeOffset FirstUsedAt { get; init; }

    /// <summary>Up to two minutes behind.</summary>
    public DateTimeOffset LastUsedAt { get; init; }

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => ClientId;
}

/// <summary>A use of a secret that waits to be written.</summary>
/// <param name="ClientId">Whose it is.</param>
/// <param name="Hash">See <see cref="ClientSecretUses.Of"/>.</param>
/// <param name="At">In UTC.</param>
internal sealed record NotedUse(string ClientId, byte[] Hash, DateTime At);

/// <summary>Table <c>oauth_client_secret_uses</c>.</summary>
internal sealed class ClientSecretUses(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>
    /// What names a secret: SHA-256 of its bcrypt hash as it stands in <c>oauth_clients</c>, so that it keeps its
    /// name in either column.
    /// </summary>
    public static byte[] Of(string hash) => SHA256.HashData(Encoding.UTF8.GetBytes(hash));

    /// <summary>Those of one client.</summary>
    public async Task<IReadOnlyList<ClientSecretUse>> OfAsync(string clientId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.ClientSecretUses.Where(use => use.ClientId == clientId).ToListAsync(ct);
    }

    /// <summary>Writes uses, and forgets those of secrets that are no longer in <c>oauth_clients</c>.</summary>
    public async Task WriteAsync(IReadOnlyCollection<NotedUse> uses, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        string[] clients = [.. uses.Select(use => use.ClientId)];
        byte[][] secrets = [.. uses.Select(use => use.Hash)];
        DateTime[] times = [.. uses.Select(use => use.At)];
        // Only secrets that still stand in oauth_clients, whose rows are read and not locked. In order, so that
        // instances which write the same rows cannot deadlock. Whatever the number of instances, a row changes at
        // most once a minute.
        await db.RunAsync($"""
            INSERT INTO oauth_client_secret_uses AS known (client_id, secret, first_used_at, last_used_at)
            SELECT noted.client_id, noted.secret, max(noted.used_at), max(noted.used_at)
            FROM unnest({clients}, {secrets}, {times}) AS noted (client_id, secret, used_at)
                 JOIN oauth_clients AS client USING (client_id)
            WHERE noted.secret IN (sha256(convert_to(client.client_secret, 'UTF8')),
                                   sha256(convert_to(client.next_client_secret, 'UTF8')))
            GROUP BY noted.client_id, noted.secret ORDER BY noted.client_id, noted.secret
            ON CONFLICT (client_id, secret) DO UPDATE SET last_used_at = excluded.last_used_at
            WHERE known.last_used_at <= excluded.last_used_at - interval '1 minute'
            """, ct);
        // Secrets that are gone, except where another instance is at it.
        await db.RunAsync($"""
            DELETE FROM oauth_client_secret_uses WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM oauth_client_secret_uses AS known
                WHERE NOT EXISTS (
                    SELECT FROM oauth_clients AS client WHERE client.client_id = known.client_id
                    AND known.secret IN (sha256(convert_to(client.client_secret, 'UTF8')),
                                         sha256(convert_to(client.next_client_secret, 'UTF8'))))
                FOR UPDATE SKIP LOCKED))
            """, ct);
    }

    /// <summary>
    /// The uses of every secret that is still in <c>oauth_clients</c>, and perhaps of some that no longer are.
    /// </summary>
    public async Task<IReadOnlyList<ClientSecretUse>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.ClientSecretUses.ToListAsync(ct);
    }
}

/// <summary>Maps the table.</summary>
internal sealed class ClientSecretUseTable : IEntityTypeConfiguration<ClientSecretUse>
{
    public void Configure(EntityTypeBuilder<ClientSecretUse> builder) =>
        builder.ToTable("oauth_client_secret_uses").HasKey(use => new { use.ClientId, use.Secret });
}
