using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>When a secret was used: a row of <c>oauth_client_secret_uses</c>.</summary>
/// <param name="ClientId">Whose it is.</param>
/// <param name="Hash">See <see cref="ClientSecretUses.Of"/>.</param>
/// <param name="FirstUsedAt">When an instance first noted it.</param>
/// <param name="LastUsedAt">Up to two minutes behind.</param>
internal sealed record ClientSecretUse(string ClientId, byte[] Hash, DateTimeOffset FirstUsedAt, DateTimeOffset LastUsedAt)
{
    /// <summary>Nothing here is secret, but a hash is no reading matter.</summary>
    public override string ToString() => ClientId;
}

/// <summary>A use of a secret that waits to be written.</summary>
/// <param name="ClientId">Whose it is.</param>
/// <param name="Hash">See <see cref="ClientSecretUses.Of"/>.</param>
/// <param name="At">In UTC.</param>
internal sealed record NotedUse(string ClientId, byte[] Hash, DateTime At);

/// <summary>Table <c>oauth_client_secret_uses</c>.</summary>
internal sealed class ClientSecretUses(NpgsqlDataSource database)
{
    // Only secrets that still stand in oauth_clients, whose rows are read and not locked. In order, so that instances which
    // write the same rows cannot deadlock. Whatever the number of instances, a row changes at most once a minute.
    private const string Write = """
        INSERT INTO oauth_client_secret_uses AS known (client_id, secret, first_used_at, last_used_at)
        SELECT noted.client_id, noted.secret, max(noted.used_at), max(noted.used_at)
        FROM unnest($1, $2, $3) AS noted (client_id, secret, used_at) JOIN oauth_clients AS client USING (client_id)
        WHERE noted.secret IN (sha256(convert_to(client.client_secret, 'UTF8')), sha256(convert_to(client.next_client_secret, 'UTF8')))
        GROUP BY noted.client_id, noted.secret ORDER BY noted.client_id, noted.secret
        ON CONFLICT (client_id, secret) DO UPDATE SET last_used_at = excluded.last_used_at
        WHERE known.last_used_at <= excluded.last_used_at - interval '1 minute'
        """;

    // Secrets that are gone, except where another instance is at it.
    private const string Forget = """
        DELETE FROM oauth_client_secret_uses WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM oauth_client_secret_uses AS known
            WHERE NOT EXISTS (
                SELECT FROM oauth_clients AS client WHERE client.client_id = known.client_id
                AND known.secret IN (sha256(convert_to(client.client_secret, 'UTF8')), sha256(convert_to(client.next_client_secret, 'UTF8'))))
            FOR UPDATE SKIP LOCKED))
        """;

    private const string List = "SELECT client_id, secret, first_used_at, last_used_at FROM oauth_client_secret_uses";

    /// <summary>What names a secret: SHA-256 of its bcrypt hash as it stands in <c>oauth_clients</c>, so that it keeps its name in either column.</summary>
    public static byte[] Of(string hash) => SHA256.HashData(Encoding.UTF8.GetBytes(hash));

    /// <summary>Writes uses, and forgets those of secrets that are no longer in <c>oauth_clients</c>.</summary>
    public async Task WriteAsync(IReadOnlyCollection<NotedUse> uses, CancellationToken ct)
    {
        await using (var write = database.CreateCommand(Write))
        {
            write.Parameters.AddTexts(uses.Select(use => use.ClientId)).AddManyBytes(uses.Select(use => use.Hash)).AddTimes(uses.Select(use => use.At));
            await write.ExecuteNonQueryAsync(ct);
        }

        await using var forget = database.CreateCommand(Forget);
        await forget.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The uses of every secret that is still in <c>oauth_clients</c>, and perhaps of some that no longer are.</summary>
    public async Task<IReadOnlyList<ClientSecretUse>> ListAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(List);
        await using var row = await command.ExecuteReaderAsync(ct);
        var uses = new List<ClientSecretUse>();
        while (await row.ReadAsync(ct))
            uses.Add(new(row.GetString(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<DateTimeOffset>(2), row.GetFieldValue<DateTimeOffset>(3)));
        return uses;
    }
}
