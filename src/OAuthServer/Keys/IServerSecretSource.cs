namespace OAuthServer.Keys;

/// <summary>
/// Where the server secret is kept, beside the signing keys: a current one, and the one before it. Every method throws
/// <see cref="KeyStoreException"/>, and nothing else, when the store cannot be reached or refuses.
/// </summary>
internal interface IServerSecretSource
{
    /// <summary>The store in an operator's words, for messages.</summary>
    string Place { get; }

    /// <summary>
    /// The secrets; null when there is none yet. What is stored and is no secret throws too: no other is ever taken
    /// for it.
    /// </summary>
    Task<ServerSecrets?> ReadAsync(CancellationToken ct);

    /// <summary>
    /// Stores the first secret. False, and nothing is changed, when there is one: two callers at once never both do it.
    /// </summary>
    Task<bool> AddFirstAsync(string secret, CancellationToken ct);

    /// <summary>Makes <paramref name="secret"/> current, and what was current previous.</summary>
    /// <param name="secret">As <see cref="ServerSecret.Generate"/> makes it.</param>
    /// <param name="keepPrevious">False for one that leaked: then nothing that it made is read any more.</param>
    /// <param name="ct">Ends the wait.</param>
    Task RotateAsync(string secret, bool keepPrevious, CancellationToken ct);
}
