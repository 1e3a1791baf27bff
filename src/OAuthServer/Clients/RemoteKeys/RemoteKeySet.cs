using OAuthServer.Clients.Assertions;

namespace OAuthServer.Clients.RemoteKeys;

/// <summary>
/// What is known of one <c>jwks_uri</c>. However many requests ask, one fetch is under way at a time; keys are good for
/// the cache lifetime from when their fetch began, whether or not the address still answers.
/// </summary>
internal sealed class RemoteKeySet(string uri, KeySetFetcher fetcher, RemoteKeyOptions options, TimeProvider clock)
{
    // After a failure with no good keys left: requests are refused at once for so long, and then it is tried again.
    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task? _fetching;
    private Fetched? _last;
    private long? _tried;

    /// <summary>The keys, or null when there are none to be had.</summary>
    public async ValueTask<ClientKeySet?> GetAsync(CancellationToken ct)
    {
        if (Good() is { } known)
        {
            if (clock.GetElapsedTime(known.Began) >= options.CacheLifetime / 2) _ = Begin(options.RefetchPause);
            return known.Keys;
        }

        if (Begin(FailurePause) is { } fetch) await fetch.WaitAsync(ct);
        return Good()?.Keys;
    }

    /// <summary>
    /// Keys that were fetched after these, which lacked one. Null when there are none, also because the last fetch was
    /// a short while ago.
    /// </summary>
    public async ValueTask<ClientKeySet?> NewerAsync(ClientKeySet than, CancellationToken ct)
    {
        if (Good()?.Keys is { } others && others != than) return others;
        if (Begin(options.RefetchPause) is { } fetch) await fetch.WaitAsync(ct);
        return Good()?.Keys is { } keys && keys != than ? keys : null;
    }

    private Fetched? Good()
    {
        var last = Volatile.Read(ref _last);
        return last is not null && clock.GetElapsedTime(last.Began) < options.CacheLifetime ? last : null;
    }

    // The fetch that is under way, or a new one when the last began long enough ago; else null.
    private Task? Begin(TimeSpan pause)
    {
        lock (_gate)
        {
            if (_fetching is not null) return _fetching;
            if (_tried is { } tried && clock.GetElapsedTime(tried) < pause) return null;
            var began = clock.GetTimestamp();
            _tried = began;
            // Not tied to the request: others wait for the same answer.
            return _fetching = Task.Run(() => FetchAsync(began));
        }
    }

    private async Task FetchAsync(long began)
    {
        try
        {
            if (await fetcher.FetchAsync(uri) is { } keys) Volatile.Write(ref _last, new Fetched(keys, began));
        }
        finally
        {
            lock (_gate) _fetching = null;
        }
    }

    private sealed record Fetched(ClientKeySet Keys, long Began);
}
