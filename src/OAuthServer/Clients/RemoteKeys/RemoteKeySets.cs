using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace OAuthServer.Clients.RemoteKeys;

/// <summary>The key sets that clients publish, by their address; those nobody asks for are forgotten.</summary>
internal sealed class RemoteKeySets(KeySetFetcher fetcher, IOptions<RemoteKeyOptions> options, TimeProvider clock)
    : IDisposable
{
    private const int MostSets = 10_000;

    private static readonly TimeSpan Unused = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly MemoryCache _sets = new(new MemoryCacheOptions { SizeLimit = MostSets });

    /// <summary>How many addresses are known.</summary>
    public int Count => _sets.Count;

    public RemoteKeySet Of(string uri)
    {
        if (_sets.TryGetValue<RemoteKeySet>(uri, out var known)) return known!;
        lock (_gate)
        {
            if (_sets.TryGetValue(uri, out known)) return known!;
            var made = new RemoteKeySet(uri, fetcher, options.Value, clock);
            return _sets.Set(uri, made, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = Unused });
        }
    }

    public void Dispose() => _sets.Dispose();
}
