using Npgsql;

namespace OAuthServer.Storage;

/// <summary>The public half of a signing key: the <c>n</c> and <c>e</c> of its JWK (RFC 7518 §6.3.1).</summary>
internal sealed record PublicKeyRow(string KeyId, string Modulus, string Exponent);

/// <summary>
/// Table <c>oauth_signing_keys</c>: every key that instances have published, from when to when it signs, and when it was
/// withdrawn. Publication, first signature and withdrawal are recorded once, by the first instance that sees them, together
/// with the audit row.
/// </summary>
internal sealed class PublicKeys(NpgsqlDataSource database)
{
    private const string Publish = $"""
        WITH published AS (
            INSERT INTO oauth_signing_keys (kid, n, e) VALUES ($1, $2, $3) ON CONFLICT (kid) DO NOTHING RETURNING kid
        )
        INSERT INTO oauth_audit_events (event, kid) SELECT '{AuditEventNames.KeyPublished}', kid FROM published
        """;

    private const string Sign = $"""
        WITH signing AS (
            UPDATE oauth_signing_keys SET signs_since = now() WHERE kid = $1 AND signs_since IS NULL RETURNING kid
        )
        INSERT INTO oauth_audit_events (event, kid) SELECT '{AuditEventNames.KeySigns}', kid FROM signing
        """;

    // While instances differ about the current key they take turns here; the last one to follow has the last word.
    private const string Stop = """
        UPDATE oauth_signing_keys SET signs_until = CASE WHEN kid = $1 THEN NULL ELSE now() END
        WHERE signs_since IS NOT NULL AND (kid = $1) = (signs_until IS NOT NULL)
        """;

    // A key younger than the lag may be one that this instance has yet to see.
    private const string Withdraw = $"""
        WITH withdrawn AS (
            UPDATE oauth_signing_keys SET withdrawn_at = now()
            WHERE withdrawn_at IS NULL AND kid <> ALL ($1) AND published_at < now() - $2 RETURNING kid
        )
        INSERT INTO oauth_audit_events (event, kid) SELECT '{AuditEventNames.KeyWithdrawn}', kid FROM withdrawn
        """;

    /// <summary>Notes a key that is in the JWK Set, the first time.</summary>
    public async Task NotePublishedAsync(PublicKeyRow key, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Publish);
        command.Parameters.AddText(key.KeyId).AddText(key.Modulus).AddText(key.Exponent);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Notes that a published key signs, the first time, and that no other one does.</summary>
    public async Task NoteSigningAsync(string keyId, CancellationToken ct)
    {
        foreach (var statement in new[] { Sign, Stop })
        {
            await using var command = database.CreateCommand(statement);
            command.Parameters.AddText(keyId);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>Notes the keys that are in the JWK Set no more.</summary>
    /// <param name="published">Those that are.</param>
    /// <param name="lag">How much later than another instance this one may see a new key.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task NoteWithdrawnAsync(IEnumerable<string> published, TimeSpan lag, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Withdraw);
        command.Parameters.AddTexts(published).AddInterval(lag);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>How long ago the last instance was seen to stop signing with a key; null when none was.</summary>
    public async Task<TimeSpan?> StoppedSigningAsync(string keyId, CancellationToken ct)
    {
        await using var command = database.CreateCommand("SELECT now() - signs_until FROM oauth_signing_keys WHERE kid = $1");
        command.Parameters.AddText(keyId);
        return await command.ExecuteScalarAsync(ct) as TimeSpan?;
    }

    /// <summary>How long ago an instance first signed with this key; null when none has, or nobody knows the key.</summary>
    public async Task<TimeSpan?> SigningForAsync(string keyId, CancellationToken ct)
    {
        await using var command = database.CreateCommand("SELECT now() - signs_since FROM oauth_signing_keys WHERE kid = $1");
        command.Parameters.AddText(keyId);
        return await command.ExecuteScalarAsync(ct) as TimeSpan?;
    }

    /// <summary>Every key there has been.</summary>
    public async Task<IReadOnlyList<PublicKeyRow>> ListAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand("SELECT kid, n, e FROM oauth_signing_keys");
        await using var row = await command.ExecuteReaderAsync(ct);
        var keys = new List<PublicKeyRow>();
        while (await row.ReadAsync(ct)) keys.Add(new(row.GetString(0), row.GetString(1), row.GetString(2)));
        return keys;
    }
}
