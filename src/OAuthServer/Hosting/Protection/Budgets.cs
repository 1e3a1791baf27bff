using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace OAuthServer.Hosting.Protection;

/// <summary>Told once per window, budget and address, when the first request is turned away.</summary>
internal delegate void BudgetExhausted(string budget, ClientAddress address);

/// <summary>All budgets of this process, partitioned by address; the framework drops the partitions that fell idle.</summary>
internal sealed class Budgets : IDisposable
{
    private readonly IReadOnlyDictionary<string, Entry> _entries;

    public Budgets(IOptions<RateLimitOptions> options, TimeProvider clock) =>
        _entries = options.Value.ByName().ToDictionary(
            pair => pair.Key,
            pair => new Entry(pair.Value.Count, Partition(pair.Value, clock)),
            StringComparer.Ordinal);

    /// <summary>Which requests use up this budget.</summary>
    public BudgetCount CountOf(string budget) => _entries[budget].Count;

    /// <summary>Takes permits of an address (0: only looks) and says what is left.</summary>
    /// <returns>Whether the permits were there, and the budget's state afterwards.</returns>
    public (bool Acquired, BudgetState State) Take(string budget, ClientAddress address, int permits)
    {
        using var lease = _entries[budget].Limiter.AttemptAcquire(address, permits);
        lease.TryGetMetadata(BudgetState.Metadata, out var state);
        return (lease.IsAcquired, state);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var entry in _entries.Values) entry.Limiter.Dispose();
    }

    private static PartitionedRateLimiter<ClientAddress> Partition(BudgetOptions budget, TimeProvider clock) =>
        PartitionedRateLimiter.Create<ClientAddress, ClientAddress>(address =>
            RateLimitPartition.Get(address, _ => new BudgetWindow(budget.PermitLimit, budget.Window, clock)));

    private sealed record Entry(BudgetCount Count, PartitionedRateLimiter<ClientAddress> Limiter);
}
