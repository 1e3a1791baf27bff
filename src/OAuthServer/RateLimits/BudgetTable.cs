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
internal sealed class BudgetTable(int limit, TimeSpan length, TimeProvider clock, int mostKeys = BudgetTable.MostKeys) : IDisposable
{
    /// <summary>Enough for fifty new keys a second in a quarter of an hour.</summary>
    public const int MostKeys = 50_000;

    private readonly MemoryCache _windows = new(new MemoryCacheOptions { SizeLimit = mostKeys });
    private readonly Lock _adding = new();

    /// <summary>How many keys have a window.</summary>
    public int Count => _windows.Count;

    /// <summary>Whether a permit is left, and the state; nothing is taken and nothing is added to the table.</summary>
    public (bool Acquired, BudgetState State) Look(string key) =>
        _windows.TryGetValue<BudgetWindow>(key, out var window) ? Take(window!, 0) : (true, new BudgetState(limit, limit, length, false));

    /// <summary>Takes a permit, if one is left, and says what is left afterwards.</summary>
    public (bool Acquired, BudgetState State) Take(string key)
    {
        if (_windows.TryGetValue<BudgetWindow>(key, out var window)) return Take(window!, 1);
        lock (_adding)
        {
            if (!_windows.TryGetValue(key, out window)) window = Add(key);
        }

        return Take(window!, 1);
    }

    /// <inheritdoc/>
    public void Dispose() => _windows.Dispose();

    // A window that was not asked for during its whole length is over. A full table does not take the new one in, and
    // makes room in the background: until then it counts only for the caller.
    private BudgetWindow Add(string key) => _windows.Set(
        key, new BudgetWindow(limit, length, clock), new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = length });

    private static (bool Acquired, BudgetState State) Take(BudgetWindow window, int permits)
    {
        using var lease = window.AttemptAcquire(permits);
        lease.TryGetMetadata(BudgetWindow.State, out var state);
        return (lease.IsAcquired, state);
    }
}
