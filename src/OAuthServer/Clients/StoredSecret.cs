using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>One of the two secrets of a row.</summary>
/// <param name="Column">Where it stands: <c>client_secret</c> or <c>next_client_secret</c>.</param>
/// <param name="Hash">bcrypt.</param>
/// <param name="ExpiresAt">From then on it is refused; null for no end.</param>
internal sealed record StoredSecret(string Column, string Hash, DateTimeOffset? ExpiresAt)
{
    public const string First = "client_secret";
    public const string Second = "next_client_secret";

    public int Cost => BcryptHash.CostOf(Hash);

    /// <summary>Both secrets of a row, ended ones too: none, one or two.</summary>
    public static IEnumerable<StoredSecret> AllOf(ClientRow row)
    {
        if (row.ClientSecret is { } first) yield return new(First, first, row.ClientSecretExpiresAt);
        if (row.NextClientSecret is { } second) yield return new(Second, second, row.NextClientSecretExpiresAt);
    }

    /// <summary>Those that are accepted at this moment.</summary>
    public static IReadOnlyList<StoredSecret> LiveOf(ClientRow row, DateTimeOffset now) =>
        [.. AllOf(row).Where(secret => secret.IsLive(now))];

    /// <summary>True until its end date.</summary>
    public bool IsLive(DateTimeOffset now) => !(ExpiresAt <= now);

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => Column;
}
