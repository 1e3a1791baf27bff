using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>One of the two secrets of a row.</summary>
/// <param name="Hash">bcrypt.</param>
/// <param name="ExpiresAt">From then on it is refused; null for no end.</param>
internal sealed record StoredSecret(string Hash, DateTimeOffset? ExpiresAt)
{
    /// <summary>True until its end date.</summary>
    public bool IsLive(DateTimeOffset now) => !(ExpiresAt <= now);

    /// <summary>The hash is kept out of logs.</summary>
    public override string ToString() => nameof(StoredSecret);
}

/// <summary>The secrets of a row, whichever of the two columns they stand in.</summary>
internal static class LiveSecrets
{
    /// <summary>Both secrets, ended ones too: none, one or two.</summary>
    public static IEnumerable<StoredSecret> All(ClientRow row)
    {
        if (row.ClientSecret is { } first) yield return new(first, row.ClientSecretExpiresAt);
        if (row.NextClientSecret is { } second) yield return new(second, row.NextClientSecretExpiresAt);
    }

    /// <summary>Those that are accepted at this moment.</summary>
    public static IReadOnlyList<StoredSecret> Of(ClientRow row, DateTimeOffset now) =>
        [.. All(row).Where(secret => secret.IsLive(now))];
}
