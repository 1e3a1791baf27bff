using System.Threading.RateLimiting;
using Microsoft.Extensions.Caching.Memory;

namespace OAuthServer.RateLimits;

/// <summary>
/// The windows of one budget, by key. Strangers choose the keys (an address out of a /32, any client id, any e-mail
/// address), so their number is bounded: when the table is full, the keys that were not heard of for longest are
/// forgotten first, and those who go on guessing are not.
/// </summary>
/// <param name="limit">Permits per key and window.</param>
/// <param name="length">Length of a window.</param>
/// <param name="clock">Opens and closes windows.</param>
/// <param name="mostKeys">How many windows are kept at most; each takes about 350 bytes.</param>
internal sealed class BudgetTable(int limit, TimeSpan length, TimeProvider clock, int mostKeys = BudgetTable.MostKeys)
    : PartitionedRateLimiter<string>
{
    private SharedTable? _shared;

    private sealed record SharedTable(SharedBudgets Budgets, string Name);

    /// <summary>Enough for fifty new keys a second in a quarter of an hour.</summary>
    public const int MostKeys = 50_000;

    private readonly BudgetLease _untouched = new(true, new(limit, limit, length));
    private readonly MemoryCache _windows = new(new MemoryCacheOptions { SizeLimit = mostKeys });
    private readonly Lock _adding = new();

    /// <summary>How many keys have a window.</summary>
    public int Count => _windows.Count;

    /// <summary>Whether a permit is left, and the state; nothing is taken and nothing is added to the table.</summary>
    public BudgetLease Look(string key) => (BudgetLease)AttemptAcquire(key, 0);

    /// <summary>Takes a permit, if one is left, and says what is left afterwards.</summary>
    public BudgetLease Take(string key) => (BudgetLease)AttemptAcquire(key);

    /// <summary>Whether other instances take from the same windows, so that taking may wait for them.</summary>
    public bool IsShared => _shared is not null;

    /// <summary>Counts together with the other instances, if they do so at all.</summary>
    /// <param name="budgets">Where they count; null or off: this table is this instance's own.</param>
    /// <param name="name">The table's name there.</param>
    public BudgetTable With(SharedBudgets? budgets, string name)
    {
        if (budgets is { IsOn: true }) _shared = new SharedTable(budgets, name);
        return this;
    }

    /// <summary>
    /// <see cref="Take"/>, of what all instances have left. It is counted here first: an answer that does not come
    /// changes nothing here, and a window that is used up here asks nobody.
    /// </summary>
    public async ValueTask<BudgetLease> TakeAsync(string key)
    {
        if (_shared is not { } shared) return Take(key);
        var window = FindOrAdd(key);
        var own = (BudgetLease)window.AttemptAcquire(1);
        if (!own.IsAcquired) return own;
        var untold = window.TakeUntold();
        if (await shared.Budgets.TakeAsync(shared.Name, key, (limit, length), untold) is { } count)
            return window.Adopt(count);
        window.KeepUntold(untold + 1);
        return own;
    }

    /// <summary>True once in each window of a key, for whoever puts on record that it has refused.</summary>
    public bool TryReport(string key) => Find(key) is { } window && window.TryReport();

    /// <inheritdoc/>
    public override RateLimiterStatistics? GetStatistics(string resource) => Find(resource)?.GetStatistics();

    /// <inheritdoc/>
    protected override RateLimitLease AttemptAcquireCore(string resource, int permitCount)
    {
        if (Find(resource) is { } window) return window.AttemptAcquire(permitCount);
        return permitCount == 0 ? _untouched : FindOrAdd(resource).AttemptAcquire(permitCount);
    }

    /// <summary>The same as <see cref="AttemptAcquireCore"/>: nobody ever waits in a queue.</summary>
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(
        string resource, int permitCount, CancellationToken cancellationToken) =>
        ValueTask.FromResult(AttemptAcquireCore(resource, permitCount));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _windows.Dispose();
        base.Dispose(disposing);
    }

    private BudgetWindow? Find(string key) => _windows.TryGetValue<BudgetWindow>(key, out var window) ? window : null;

    // A window that was not asked for during its whole length is over. A full table does not take the new one in, and
    // makes room in the background: until then it counts only for the caller.
    private BudgetWindow FindOrAdd(string key)
    {
        lock (_adding)
        {
            if (Find(key) is { } window) return window;
            var kept = new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = length };
            return _windows.Set(key, new BudgetWindow(limit, length, clock), kept);
        }
    }
}
