using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>
/// A row of <c>oauth_signing_keys</c>: the public half of a signing key, <c>n</c> and <c>e</c> of its JWK (RFC 7518
/// §6.3.1), and its life as the instances saw it.
/// </summary>
internal sealed record SigningKeyRow
{
    /// <summary>RFC 7638 thumbprint.</summary>
    public required string KeyId { get; init; }

    public required string Modulus { get; init; }

    public required string Exponent { get; init; }

    public DateTimeOffset PublishedAt { get; init; }

    public DateTimeOffset? SignsSince { get; init; }

    /// <summary>When the last instance stopped signing with it.</summary>
    public DateTimeOffset? SignsUntil { get; init; }

    /// <summary>When it left the JWK Set.</summary>
    public DateTimeOffset? WithdrawnAt { get; init; }
}

/// <summary>
/// Table <c>oauth_signing_keys</c>. Publication, first signature and withdrawal are recorded once, by the first
/// instance that sees them, together with the audit row.
/// </summary>
internal sealed class SigningKeys(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>Notes a key that is in the JWK Set, the first time.</summary>
    public async Task NotePublishedAsync(string keyId, string modulus, string exponent, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"""
            WITH published AS (
                INSERT INTO oauth_signing_keys (kid, n, e) VALUES ({keyId}, {modulus}, {exponent})
                ON CONFLICT (kid) DO NOTHING RETURNING kid
            )
            INSERT INTO oauth_audit_events (event, kid) SELECT {AuditEventNames.KeyPublished}, kid FROM published
            """, ct);
    }

    /// <summary>Notes that a published key signs, the first time, and that no other one does.</summary>
    public async Task NoteSigningAsync(string keyId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"""
            WITH signing AS (
                UPDATE oauth_signing_keys SET signs_since = now()
                WHERE kid = {keyId} AND signs_since IS NULL RETURNING kid
            )
            INSERT INTO oauth_audit_events (event, kid) SELECT {AuditEventNames.KeySigns}, kid FROM signing
            """, ct);
        // While instances differ about the current key they take turns here; the last one to follow has the last word.
        await db.SigningKeys
            .Where(key => key.SignsSince != null && (key.KeyId == keyId) == (key.SignsUntil != null))
            .ExecuteUpdateAsync(set => set.SetProperty(
                key => key.SignsUntil, key => key.KeyId == keyId ? null : (DateTimeOffset?)DatabaseClock.Now()), ct);
    }

    /// <summary>Notes the keys that are in the JWK Set no more.</summary>
    /// <param name="published">Those that are.</param>
    /// <param name="lag">
    /// How much later than another instance this one may see a new key; a younger key may be one of those.
    /// </param>
    /// <param name="ct">Ends the wait.</param>
    public async Task NoteWithdrawnAsync(IEnumerable<string> published, TimeSpan lag, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        string[] known = [.. published];
        await db.RunAsync($"""
            WITH withdrawn AS (
                UPDATE oauth_signing_keys SET withdrawn_at = now()
                WHERE withdrawn_at IS NULL AND kid <> ALL ({known}) AND published_at < now() - {lag} RETURNING kid
            )
            INSERT INTO oauth_audit_events (event, kid) SELECT {AuditEventNames.KeyWithdrawn}, kid FROM withdrawn
            """, ct);
    }

    /// <summary>How long ago the last instance was seen to stop signing with a key; null when none was.</summary>
    public async Task<TimeSpan?> StoppedSigningAsync(string keyId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return (await db.OnceAsync<MeasuredTime>(
            $"SELECT now() - signs_until AS elapsed FROM oauth_signing_keys WHERE kid = {keyId}", ct))?.Elapsed;
    }

    /// <summary>
    /// How long ago an instance first signed with this key; null when none has, or nobody knows the key.
    /// </summary>
    public async Task<TimeSpan?> SigningForAsync(string keyId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return (await db.OnceAsync<MeasuredTime>(
            $"SELECT now() - signs_since AS elapsed FROM oauth_signing_keys WHERE kid = {keyId}", ct))?.Elapsed;
    }

    /// <summary>Every key there has been.</summary>
    public async Task<IReadOnlyList<SigningKeyRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.SigningKeys.ToListAsync(ct);
    }
}

/// <summary>Maps the table.</summary>
internal sealed class SigningKeyTable : IEntityTypeConfiguration<SigningKeyRow>
{
    public void Configure(EntityTypeBuilder<SigningKeyRow> builder)
    {
        builder.ToTable("oauth_signing_keys").HasKey(key => key.KeyId);
        builder.Property(key => key.KeyId).HasColumnName("kid");
        builder.Property(key => key.Modulus).HasColumnName("n");
        builder.Property(key => key.Exponent).HasColumnName("e");
    }
}
