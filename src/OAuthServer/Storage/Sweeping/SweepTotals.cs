using System.Collections.Concurrent;

namespace OAuthServer.Storage.Sweeping;

/// <summary>What the sweeper of this instance did and what it saw waiting, by table, for metrics.</summary>
internal sealed class SweepTotals
{
    private readonly ConcurrentDictionary<string, SweepTotal> _tables = new(StringComparer.Ordinal);

    /// <summary>Every table that was swept so far.</summary>
    // A copy by its own method: one by a list would fail when a table comes meanwhile.
    public IReadOnlyCollection<KeyValuePair<string, SweepTotal>> Tables => _tables.ToArray();

    /// <summary>Notes how many rows wait, as counted at the begin of a run.</summary>
    public void Counted(string table, int waiting) =>
        _tables.AddOrUpdate(table, new SweepTotal(0, waiting), (_, total) => total with { Waiting = waiting });

    /// <summary>Notes rows that left.</summary>
    public void Removed(string table, int rows) =>
        _tables.AddOrUpdate(
            table,
            new SweepTotal(rows, 0),
            (_, total) => new(total.Removed + rows, Math.Max(0, total.Waiting - rows)));
}

/// <summary>Of one table.</summary>
/// <param name="Removed">Rows that this instance deleted since it started.</param>
/// <param name="Waiting">
/// Rows that could leave; an estimate, since other instances sweep too and the count has a limit.
/// </param>
internal sealed record SweepTotal(long Removed, int Waiting);
