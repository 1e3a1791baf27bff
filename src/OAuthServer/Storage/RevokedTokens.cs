using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>
/// A row of <c>oauth_revoked_tokens</c>: an access token that must not be accepted although it has not expired. The
/// id is a whole <c>jti</c> (RFC 7519 §4.1.7) or the part of it that names the grant.
/// </summary>
internal sealed record RevokedToken
{
    public required string Jti { get; init; }

    /// <summary>When no verifier accepts the token any more.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The id of a token; the token is not stored.</summary>
    public override string ToString() => Jti;
}

/// <summary>Table <c>oauth_revoked_tokens</c>.</summary>
internal sealed class RevokedTokens(IDbContextFactory<OAuthDbContext> contexts, AccessTokenWindow window)
{
    /// <summary>Lists one access token; a second time changes nothing.</summary>
    public async Task AddAsync(string jti, string clientId, Guid? userId, AuditContext audit, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"""
            WITH listed AS (
                INSERT INTO oauth_revoked_tokens (jti, expires_at) VALUES ({jti}, now() + {window.Longest})
                ON CONFLICT (jti) DO NOTHING RETURNING jti
            )
            INSERT INTO oauth_audit_events (event, client_id, user_id, address, correlation_id)
            SELECT {AuditEventNames.TokenRevoked}, {clientId}, {OrNull.Uuid(userId)},
                   {audit.Address}::text, {audit.CorrelationId}::text FROM listed
            """, ct);
    }

    /// <summary>All that is revoked and could still be accepted.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.RevokedTokens.Where(token => token.ExpiresAt > DatabaseClock.Now())
            .OrderBy(token => token.Jti).Select(token => token.Jti).ToListAsync(ct);
    }
}

/// <summary>Maps the table.</summary>
internal sealed class RevokedTokenTable : IEntityTypeConfiguration<RevokedToken>
{
    public void Configure(EntityTypeBuilder<RevokedToken> builder) =>
        builder.ToTable("oauth_revoked_tokens").HasKey(token => token.Jti);
}
