namespace OAuthServer.Keys;

/// <summary>
/// Where signing keys are kept: one pending, one current, one previous at most. Every method throws
/// <see cref="KeyStoreException"/>, and nothing else, when the store cannot be reached or refuses.
/// </summary>
internal interface IKeySource
{
    /// <summary>The store in an operator's words, for messages.</summary>
    string Place { get; }

    /// <summary>
    /// Whether a server may make the first key by itself. True for the files of a development machine.
    /// </summary>
    bool MakesFirstKey { get; }

    /// <summary>Why no server can start on this store as it is, for an operator; null when one can.</summary>
    string? StartFault => null;

    /// <summary>
    /// Reads all stages, in the order pending, current, previous: a promotion in between is then seen twice, never
    /// missed.
    /// </summary>
    Task<StoredKeys> ReadAsync(CancellationToken ct);

    /// <summary>
    /// Stores <paramref name="pem"/> as current when there is no current key, else as pending. With
    /// <paramref name="onlyFirst"/> an existing current key leaves the store untouched and the answer is null. Two
    /// callers at once never both make the first key.
    /// </summary>
    Task<KeyStage?> AddAsync(string pem, bool onlyFirst, CancellationToken ct);

    /// <summary>
    /// Makes pending current and current previous. At every instant of it there is a current key. False when there is
    /// no pending key.
    /// </summary>
    Task<bool> PromoteAsync(CancellationToken ct);

    /// <summary>
    /// Takes a key that is pending or previous out of the store, so that it is published no more. False when it is at
    /// neither stage; a current key stays where it is.
    /// </summary>
    Task<bool> RemoveAsync(string keyId, CancellationToken ct);
}
