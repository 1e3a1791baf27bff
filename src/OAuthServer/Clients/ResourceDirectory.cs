using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Clients;

/// <summary>
/// The APIs in memory, all of them as one list (docs/decisions/030-one-token-one-api.md). A change ends the list on
/// every instance at once (see <see cref="ClientChangeListener"/>), and a short expiry covers a lost notification.
/// </summary>
internal sealed class ResourceDirectory(
    Storage.Resources resources, ServerAddress address, IOptions<ClientCacheOptions> options, TimeProvider clock)
    : IFollowsChanges, IDisposable
{
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly Lock _signalling = new();
    private readonly TimeSpan _lifetime = options.Value.CacheLifetime;
    private readonly Resource _person = PersonResource.Of(address);
    private readonly Resource _admin = AdminResource.Of(address);
    private volatile Known? _known;
    private long _changes;

    /// <inheritdoc/>
    public string Channel => "oauth_resources_changed";

    /// <summary>
    /// The list that was read last, however long ago; null as long as none was. For documents that are alive without
    /// the database: asking brings a new one about when this one is old.
    /// </summary>
    public ResourceList? LastKnown
    {
        get
        {
            var known = _known;
            if (known is null || !IsFresh(known)) Signal();
            return known?.List;
        }
    }

    /// <summary>The list of today.</summary>
    public async ValueTask<ResourceList> ReadAsync(CancellationToken ct) =>
        _known is { } known && IsFresh(known) ? known.List : await ReadAnewAsync(ct);

    /// <summary>Reads the table.</summary>
    public async Task<ResourceList> ReadAnewAsync(CancellationToken ct)
    {
        var before = Volatile.Read(ref _changes);
        var rows = await resources.ListAsync(ct);
        lock (_signalling)
        {
            var list = _known?.List is { } same && same.IsOf(rows) ? same : new ResourceList(rows, _person, _admin);
            // What was read before a change arrived does not take the place of what was read after it.
            if (_known is null || _known.Changes <= before) _known = new Known(list, clock.GetTimestamp(), before);
            return list;
        }
    }

    /// <summary>Waits until the list has to be read again.</summary>
    public Task WaitAsync(CancellationToken ct) => _changed.WaitAsync(ct);

    /// <inheritdoc/>
    public void Drop(string payload) => DropAll();

    /// <inheritdoc/>
    public void DropAll()
    {
        Interlocked.Increment(ref _changes);
        Signal();
    }

    public void Dispose() => _changed.Dispose();

    private bool IsFresh(Known known) =>
        known.Changes == Volatile.Read(ref _changes) && clock.GetElapsedTime(known.ReadAt) < _lifetime;

    private void Signal()
    {
        lock (_signalling)
        {
            if (_changed.CurrentCount == 0) _changed.Release();
        }
    }

    private sealed record Known(ResourceList List, long ReadAt, long Changes);
}
