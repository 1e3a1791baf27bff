using System.Collections.Immutable;
using Microsoft.Extensions.Options;

namespace OAuthServer.Keys;

/// <summary>
/// The signing keys of this process. Readers take <see cref="Current"/> once per request, before anything is consumed,
/// and keep it; one writer, the <see cref="KeyRefresher"/>, swaps the whole snapshot.
/// </summary>
/// <remarks>
/// A key that leaves the ring is not disposed: a request may be signing with it. A previous key stays for
/// <see cref="SigningKeyOptions.PreviousKeyRetention"/> after this process first saw it as previous
/// (docs/decisions/022-a-previous-key-counts-from-when-it-was-seen.md).
/// </remarks>
internal sealed class KeyRing(IOptions<SigningKeyOptions> options, TimeProvider clock)
{
    private readonly TimeSpan _retention = options.Value.PreviousKeyRetention();
    private readonly Lock _writing = new();
    private ImmutableDictionary<string, SigningKey> _loaded = ImmutableDictionary<string, SigningKey>.Empty;
    private ImmutableDictionary<string, long> _retiredSince = ImmutableDictionary<string, long>.Empty;
    private KeyRingSnapshot? _current;
    private string? _fault;

    /// <summary>
    /// How long two instances, whose last reading of the store succeeded, may differ about its keys.
    /// </summary>
    public TimeSpan Lag { get; } = 2 * options.Value.SeenWithin();

    /// <summary>The keys of this moment, or null as long as no key could be loaded.</summary>
    public KeyRingSnapshot? Current => Volatile.Read(ref _current);

    /// <summary>The server secrets of this moment.</summary>
    /// <exception cref="KeyStoreException">They could not be loaded yet.</exception>
    public ServerSecrets Secrets =>
        Current?.Secrets ?? throw new KeyStoreException(Fault ?? "the server secret has not been read yet");

    /// <summary>
    /// Why the last attempt to load keys failed, for health and doctor; null after one that succeeded.
    /// </summary>
    public string? Fault
    {
        get => Volatile.Read(ref _fault);
        set => Volatile.Write(ref _fault, value);
    }

    /// <summary>
    /// Takes over a reading of the store, and with it the ownership of its keys. Returns true when the published keys
    /// changed. Throws <see cref="KeyStoreException"/>, leaving the ring as it was, when no key is current.
    /// </summary>
    public bool Replace(StoredKeys stored, ServerSecrets secrets)
    {
        if (stored[KeyStage.Current] is null)
        {
            stored.Dispose();
            throw new KeyStoreException(string.Join("; ", stored.Faults.Prepend("there is no usable current key")));
        }

        lock (_writing)
        {
            var known = stored.Keys.Select(Known).Concat(Vanished(stored)).ToImmutableArray();
            _loaded = known.ToImmutableDictionary(key => key.Key.KeyId, key => key.Key, StringComparer.Ordinal);
            _retiredSince = known
                .Where(key => key.Stage == KeyStage.Previous)
                .ToImmutableDictionary(
                    key => key.Key.KeyId,
                    key => _retiredSince.GetValueOrDefault(key.Key.KeyId, clock.GetTimestamp()),
                    StringComparer.Ordinal);
            var next = KeyRingSnapshot.Of([.. known.Where(IsPublished)], secrets);
            var before = Interlocked.Exchange(ref _current, next);
            return before is null || !before.Published.SequenceEqual(next.Published);
        }
    }

    // Keys that are gone from a store which loses none but by a command: their tokens are verified until they expire.
    private IEnumerable<StoredKey> Vanished(StoredKeys stored)
    {
        if (stored.Withdrawn is not { } withdrawn) return [];
        var kept = stored.Keys.Select(key => key.Key.KeyId).ToHashSet(StringComparer.Ordinal);
        return [.. _loaded.Values.Where(key => !kept.Contains(key.KeyId) && !withdrawn.Contains(key.KeyId))
            .Select(key => new StoredKey(KeyStage.Previous, key, null)).Where(IsPublished)];
    }

    private bool IsPublished(StoredKey key) =>
        !_retiredSince.TryGetValue(key.Key.KeyId, out var since) || clock.GetElapsedTime(since) < _retention;

    // Keeps the object that is already loaded for a key that was read once more.
    private StoredKey Known(StoredKey read)
    {
        if (!_loaded.TryGetValue(read.Key.KeyId, out var loaded) || ReferenceEquals(loaded, read.Key)) return read;
        read.Key.Dispose();
        return read with { Key = loaded };
    }
}
