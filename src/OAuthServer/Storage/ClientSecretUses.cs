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

/// <summary>Table <c>oauth_client_secret_uses</c>.</summary>
internal sealed class ClientSecretUses(NpgsqlDataSource database)
{
    private const string List = "SELECT client_id, secret, first_used_at, last_used_at FROM oauth_client_secret_uses";

    /// <summary>What names a secret: SHA-256 of its bcrypt hash as it stands in <c>oauth_clients</c>, so that it keeps its name in either column.</summary>
    public static byte[] Of(string hash) => SHA256.HashData(Encoding.UTF8.GetBytes(hash));

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
