using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>Whose own access it is, in a token's <c>jti</c>.</summary>
internal sealed record ClientGrant(Guid GrantId);

/// <summary>Access tokens of clients themselves (RFC 6749 §4.4): no row of their own, one in the audit log.</summary>
internal sealed class ClientTokens(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>
    /// The id that begins the token's <c>jti</c>, or null when the client may not have one: it is disabled, gone, or
    /// has the grant no more, whatever this instance remembers of it.
    /// </summary>
    public async Task<Guid?> TryIssueAsync(string clientId, AuditContext audit, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var issued = await db.OnceAsync<ClientGrant>($"""
            INSERT INTO oauth_audit_events (event, client_id, grant_id, address, correlation_id)
            SELECT {AuditEventNames.ClientTokenIssued}, client_id, own_grant_id,
                   {audit.Address}::text, {audit.CorrelationId}::text
            FROM oauth_clients
            WHERE client_id = {clientId} AND disabled_at IS NULL
              AND {GrantTypes.ClientCredentials} = ANY (grant_types)
            RETURNING grant_id
            """, ct);
        return issued?.GrantId;
    }
}

/// <summary>Maps what the statement answers with.</summary>
internal sealed class ClientTokenRows : IEntityTypeConfiguration<ClientGrant>
{
    public void Configure(EntityTypeBuilder<ClientGrant> builder) => builder.HasNoKey().ToView(null);
}
