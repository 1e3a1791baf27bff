using System.Collections.Immutable;

namespace OAuthServer.Keys;

/// <summary>
/// A key as a store holds it. <paramref name="CreatedAt"/> is when this version was written, and
/// <paramref name="PreviousSince"/> when the key became previous, where the store knows it.
/// </summary>
internal sealed record StoredKey(
    KeyStage Stage, SigningKey Key, DateTimeOffset? CreatedAt, DateTimeOffset? PreviousSince = null);

/// <summary>
/// One reading of a store: each key once, at the stage that counts, and what could not be used and why.
/// </summary>
internal sealed record StoredKeys(ImmutableArray<StoredKey> Keys, ImmutableArray<string> Faults) : IDisposable
{
    /// <summary>
    /// The ids of keys that were withdrawn, where only a command withdraws one; null where a key that is not there was
    /// withdrawn.
    /// </summary>
    public ImmutableHashSet<string>? Withdrawn { get; init; }

    /// <summary>The key at <paramref name="stage"/>, or null.</summary>
    public StoredKey? this[KeyStage stage] => Keys.FirstOrDefault(key => key.Stage == stage);

    /// <summary>
    /// Collects a reading. A key may be met twice, for instance between the two steps of a promotion, or where
    /// <c>AWSPENDING</c> was left on the version that is current: current outranks pending, pending outranks previous.
    /// </summary>
    public static StoredKeys Of(IEnumerable<StoredKey> keys, IEnumerable<string> faults)
    {
        var once = new Dictionary<string, StoredKey>(StringComparer.Ordinal);
        foreach (var key in keys.OrderBy(key => Rank(key.Stage)))
        {
            if (!once.TryAdd(key.Key.KeyId, key)) key.Key.Dispose();
        }

        return new StoredKeys([.. once.Values.OrderBy(key => Rank(key.Stage))], [.. faults]);
    }

    /// <summary>Frees the keys of a reading that is not handed to the ring.</summary>
    public void Dispose()
    {
        foreach (var key in Keys) key.Key.Dispose();
    }

    private static int Rank(KeyStage stage) => stage switch
    {
        KeyStage.Current => 0,
        KeyStage.Pending => 1,
        _ => 2,
    };
}
