using Npgsql;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Keys;

/// <summary>What the database says of keys, for a command that goes on without it.</summary>
internal static class KeyRecord
{
    /// <summary>How long ago the last instance was seen to stop signing with a key; null when that cannot be told.</summary>
    public static async Task<TimeSpan?> StoppedSigningAsync(string? connectionString, string keyId, CancellationToken ct)
    {
        if (connectionString is not { Length: > 0 }) return null;
        try
        {
            await using var database = OAuthDatabase.Open(connectionString);
            return await new SigningKeys(database).StoppedSigningAsync(keyId, ct);
        }
        catch (Exception failure) when (failure is NpgsqlException or ArgumentException or FormatException or TimeoutException)
        {
            return null;
        }
    }
}
