using Microsoft.Extensions.Options;

namespace OAuthServer.RateLimits;

/// <summary>Told once per window, budget and address, when the first request is turned away.</summary>
internal delegate Task BudgetExhausted(HttpContext http, string budget);

/// <summary>All budgets of this process that count requests, by address.</summary>
internal sealed class Budgets : IDisposable
{
    private readonly IReadOnlyDictionary<string, Entry> _entries;

    public Budgets(IOptions<RateLimitOptions> options, TimeProvider clock) =>
        _entries = options.Value.ByName().ToDictionary(
            pair => pair.Key,
            pair => new Entry(pair.Value.Count, new BudgetTable(pair.Value.PermitLimit, pair.Value.Window, clock)),
            StringComparer.Ordinal);

    /// <summary>How many addresses each budget counts for.</summary>
    public IEnumerable<KeyValuePair<string, int>> Sizes => _entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Windows.Count));

    /// <summary>Which requests use up this budget.</summary>
    public BudgetCount CountOf(string budget) => _entries[budget].Count;

    /// <summary>Takes a permit of an address (0: only looks) and says what is left.</summary>
    /// <returns>Whether the permits were there, and the budget's state afterwards.</returns>
    public (bool Acquired, BudgetState State) Take(string budget, ClientAddress address, int permits) =>
        permits == 0 ? _entries[budget].Windows.Look(address.Text) : _entries[budget].Windows.Take(address.Text);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var entry in _entries.Values) entry.Windows.Dispose();
    }

    private sealed record Entry(BudgetCount Count, BudgetTable Windows);
}
