using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_used_jwts</c>: a signed JWT that was good for one request, and had it.</summary>
internal sealed record UsedJwt
{
    /// <summary>See <see cref="UsedJwts.IdOf"/>.</summary>
    public required byte[] Id { get; init; }

    /// <summary>From then on nobody takes the JWT any more.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Table <c>oauth_used_jwts</c>: over all instances, who brought a JWT first (RFC 7519 §4.1.7).</summary>
internal sealed class UsedJwts(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>The kind of an assertion by which a client proves who it is (RFC 7523 §3).</summary>
    public const string ClientAssertion = "client assertion";

    /// <summary>What names a JWT: SHA-256 over what it is, whose it is, and its <c>jti</c>.</summary>
    public static byte[] IdOf(string kind, string owner, string jti)
    {
        // Lengths in front keep ("ab", "c") and ("a", "bc") apart.
        var text = string.Create(CultureInfo.InvariantCulture, $"{kind}:{owner.Length}:{owner}:{jti.Length}:{jti}");
        return SHA256.HashData(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>True for the first who asks; from then on the JWT is used.</summary>
    /// <param name="id">See <see cref="IdOf"/>.</param>
    /// <param name="expiresAt">When nobody takes it any more; the row may leave then.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="OutcomeUnknownException">It was tried twice, and the first try may have counted.</exception>
    public async Task<bool> TryUseAsync(byte[] id, DateTimeOffset expiresAt, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var first = await db.OnceAsync<UsedJwt>($"""
            INSERT INTO oauth_used_jwts (id, expires_at) VALUES ({id}, {expiresAt})
            ON CONFLICT (id) DO NOTHING RETURNING id, expires_at
            """, ct);
        return db.IsAnswered(first);
    }
}

/// <summary>Maps the table.</summary>
internal sealed class UsedJwtTable : IEntityTypeConfiguration<UsedJwt>
{
    public void Configure(EntityTypeBuilder<UsedJwt> builder) =>
        builder.ToTable("oauth_used_jwts").HasKey(jwt => jwt.Id);
}
