using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;
using Microsoft.Extensions.Options;
using OAuthServer.Protocol;

namespace OAuthServer.Clients;

/// <summary>
/// Live clients in memory. SQL is the truth: a change drops the client on every instance at once
/// (see <see cref="ClientChangeListener"/>), and a short expiry covers a lost notification.
/// </summary>
internal sealed class ClientDirectory(Storage.Clients clients, IOptions<ClientCacheOptions> options, TimeProvider clock) : IDisposable
{
    private const int MostClients = 10_000;
    private const string OriginsKey = "\0origins";

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MostClients, Clock = new CacheClock(clock) });
    private readonly TimeSpan _lifetime = options.Value.CacheLifetime;
    private long _changes;

    /// <summary>How many entries there are: clients, ids that no client has, and the list of origins.</summary>
    public int Count => _cache.Count;

    /// <summary>The client if it is registered and not disabled. An unknown id is remembered too, so that a flood of them costs no queries.</summary>
    public async ValueTask<Client?> FindAsync(string clientId, CancellationToken ct)
    {
        if (_cache.TryGetValue<Client?>(clientId, out var known)) return known;
        var before = Volatile.Read(ref _changes);
        var row = await clients.FindAsync(clientId, ct);
        var client = row is { DisabledAt: null } ? new Client(row) : null;
        Keep(clientId, client, before);
        return client;
    }

    /// <summary>True when some client registered a redirect URI of this origin; browsers of such apps may call the token endpoints (CORS).</summary>
    public async ValueTask<bool> IsRegisteredOriginAsync(string origin, CancellationToken ct)
    {
        if (!_cache.TryGetValue<HashSet<string>>(OriginsKey, out var origins) || origins is null)
        {
            var before = Volatile.Read(ref _changes);
            var uris = await clients.RedirectUrisAsync(ct);
            origins = uris.Select(RedirectUri.Origin).OfType<string>().ToHashSet(StringComparer.Ordinal);
            Keep(OriginsKey, origins, before);
        }

        return origins.Contains(origin);
    }

    /// <summary>Forgets one client that has changed.</summary>
    public void Drop(string clientId)
    {
        Interlocked.Increment(ref _changes);
        _cache.Remove(clientId);
        _cache.Remove(OriginsKey);
    }

    /// <summary>Forgets everything, for instance after notifications may have been missed.</summary>
    public void DropAll()
    {
        Interlocked.Increment(ref _changes);
        _cache.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    // What was read before a change arrived must not be kept after it. The second look closes the gap between the two.
    private void Keep(string key, object? value, long changesBefore)
    {
        if (Volatile.Read(ref _changes) != changesBefore) return;
        _cache.Set(key, value, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = _lifetime });
        if (Volatile.Read(ref _changes) != changesBefore) _cache.Remove(key);
    }

    // The cache's own word for a clock.
    private sealed class CacheClock(TimeProvider clock) : ISystemClock
    {
        public DateTimeOffset UtcNow => clock.GetUtcNow();
    }
}
