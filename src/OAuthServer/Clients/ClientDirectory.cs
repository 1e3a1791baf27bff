using System.Collections.Frozen;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;
using Microsoft.Extensions.Options;
using OAuthServer.Protocol;

namespace OAuthServer.Clients;

/// <summary>
/// Live clients in memory (docs/decisions/008-clients-in-memory-sql-is-the-truth.md). A change drops the client on
/// every instance at once (see <see cref="ClientChangeListener"/>), and a short expiry covers a lost notification.
/// </summary>
internal sealed class ClientDirectory(
    Storage.Clients clients, ResourceDirectory resources, IOptions<ClientCacheOptions> options, TimeProvider clock)
    : IFollowsChanges, IDisposable
{
    private const int MostClients = 10_000;

    private readonly MemoryCache _cache =
        new(new MemoryCacheOptions { SizeLimit = MostClients, Clock = new CacheClock(clock) });

    private readonly TimeSpan _lifetime = options.Value.CacheLifetime;
    private volatile RegisteredOrigins? _origins;
    private long _changes;

    /// <inheritdoc/>
    public string Channel => "oauth_clients_changed";

    /// <summary>How many client ids are known, those that no client has among them.</summary>
    public int Count => _cache.Count;

    /// <summary>
    /// The client if it is registered and not disabled. An unknown id is remembered too, so that a flood of them costs
    /// no queries.
    /// </summary>
    public async ValueTask<Client?> FindAsync(string clientId, CancellationToken ct)
    {
        if (_cache.TryGetValue<Client?>(clientId, out var known))
            return known?.With(await resources.ReadAsync(ct));
        var before = Volatile.Read(ref _changes);
        var row = await clients.FindAsync(clientId, ct);
        var client = row is { DisabledAt: null } ? new Client(row, await resources.ReadAsync(ct)) : null;
        Keep(clientId, client, before);
        return client;
    }

    /// <summary>
    /// True when some client registered a redirect URI of this origin, or the origin itself; such apps may call the
    /// token endpoints (docs/decisions/016-cors-from-registered-redirect-uris.md).
    /// </summary>
    public async ValueTask<bool> IsRegisteredOriginAsync(string origin, CancellationToken ct)
    {
        var known = _origins;
        if (known is null || clock.GetElapsedTime(known.ReadAt) >= _lifetime) known = await ReadOriginsAsync(ct);
        return known.Origins.Contains(origin);
    }

    /// <inheritdoc/>
    public void Drop(string payload)
    {
        Interlocked.Increment(ref _changes);
        _cache.Remove(payload);
        _origins = null;
    }

    /// <inheritdoc/>
    public void DropAll()
    {
        Interlocked.Increment(ref _changes);
        _cache.Clear();
        _origins = null;
    }

    public void Dispose() => _cache.Dispose();

    // What was read before a change arrived must not be kept after it. The second look closes the gap between the two.
    private void Keep(string clientId, Client? client, long changesBefore)
    {
        if (Volatile.Read(ref _changes) != changesBefore) return;
        var entry = new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = _lifetime };
        _cache.Set(clientId, client, entry);
        if (Volatile.Read(ref _changes) != changesBefore) _cache.Remove(clientId);
    }

    private async Task<RegisteredOrigins> ReadOriginsAsync(CancellationToken ct)
    {
        var before = Volatile.Read(ref _changes);
        var origins = (await clients.PlacesAsync(ct))
            .SelectMany(app => app.RedirectUris.Select(RedirectUri.Origin).OfType<string>().Concat(app.AppOrigins))
            .ToFrozenSet(StringComparer.Ordinal);
        var read = new RegisteredOrigins(origins, clock.GetTimestamp());
        if (Volatile.Read(ref _changes) != before) return read;
        _origins = read;
        if (Volatile.Read(ref _changes) != before) _origins = null;
        return read;
    }

    private sealed record RegisteredOrigins(FrozenSet<string> Origins, long ReadAt);

    // The cache has a type of its own for a clock.
    private sealed class CacheClock(TimeProvider clock) : ISystemClock
    {
        public DateTimeOffset UtcNow => clock.GetUtcNow();
    }
}
