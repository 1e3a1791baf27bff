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

    /// <summary>The transaction that wrote the row last.</summary>
    public ulong AddedBy { get; init; }

    /// <summary>The id of a token; the token is not stored.</summary>
    public override string ToString() => Jti;
}

/// <summary>
/// What the list had at one moment: entry by entry its id, its end (seconds since 1970) and the transaction that wrote
/// it, in the order of those.
/// </summary>
internal sealed record RevokedRead
{
    /// <summary>
    /// Names this database since its last start: numbers of transactions are compared within it alone.
    /// </summary>
    public required string Origin { get; init; }

    /// <summary>Every transaction below this one was over, and what it had added was seen.</summary>
    public long SeenBelow { get; init; }

    /// <summary>The database's clock, in seconds since 1970.</summary>
    public long ReadAt { get; init; }

    public required string[] Ids { get; init; }

    public required long[] Ends { get; init; }

    public required long[] AddedBy { get; init; }
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
            INSERT INTO oauth_audit_events (event, client_id, pseudonym, address, correlation_id)
            SELECT {AuditEventNames.TokenRevoked}, {clientId}, pseudonym_of({OrNull.Uuid(userId)}),
                   {audit.Address}::text, {audit.CorrelationId}::text FROM listed
            """, ct);
    }

    /// <summary>
    /// All that is revoked and could still be accepted, as far as it was written by transaction
    /// <paramref name="from"/> or later ones. docs/decisions/028-a-list-that-is-read-by-what-was-added.md says why no
    /// late commit is missed, and what the origin is made of.
    /// </summary>
    public async Task<RevokedRead> ReadAsync(long from, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var read = await db.OnceAsync<RevokedRead>($"""
            SELECT left(encode(sha256(convert_to(concat_ws(' ',
                       extract(epoch FROM pg_postmaster_start_time()),
                       (SELECT extract(epoch FROM stats_reset) FROM pg_stat_bgwriter),
                       (SELECT oid FROM pg_database WHERE datname = current_database()),
                       'oauth_revoked_tokens'::regclass::oid), 'UTF8')), 'hex'), 16) AS origin,
                   pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS seen_below,
                   floor(extract(epoch FROM now()))::bigint AS read_at,
                   coalesce(array_agg(jti), ARRAY[]::text[]) AS ids,
                   coalesce(array_agg(ends), ARRAY[]::bigint[]) AS ends,
                   coalesce(array_agg(added), ARRAY[]::bigint[]) AS added_by
            FROM (
                SELECT jti, added_by::text::bigint AS added,
                       ceil(extract(epoch FROM LEAST(expires_at, timestamptz '9999-12-31 00:00Z')))::bigint AS ends
                FROM oauth_revoked_tokens
                WHERE expires_at > now() AND added_by >= {from}::text::xid8
                ORDER BY oauth_revoked_tokens.added_by, jti
            ) AS live
            """, ct);
        return read!;
    }
}

/// <summary>Maps the table and what its statements answer with.</summary>
internal sealed class RevokedTokenTable : IEntityTypeConfiguration<RevokedToken>, IEntityTypeConfiguration<RevokedRead>
{
    public void Configure(EntityTypeBuilder<RevokedToken> builder)
    {
        builder.ToTable("oauth_revoked_tokens").HasKey(token => token.Jti);
        builder.Property(token => token.AddedBy).HasColumnType("xid8").ValueGeneratedOnAddOrUpdate();
    }

    public void Configure(EntityTypeBuilder<RevokedRead> builder) => builder.HasNoKey().ToView(null);
}
