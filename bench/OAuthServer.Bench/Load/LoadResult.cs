using System.Diagnostics;

namespace OAuthServer.Bench.Load;

/// <summary>What a load run saw from outside.</summary>
/// <param name="Elapsed">From the first request to the last answer.</param>
/// <param name="Operations">Those that succeeded.</param>
/// <param name="FirstFault">A failure's description; null when there was none.</param>
internal sealed record LoadResult(TimeSpan Elapsed, long Operations, long Errors, string? FirstFault, Latency Latency)
{
    public double PerSecond => Operations / Elapsed.TotalSeconds;

    public static LoadResult Of(TimeSpan elapsed, IReadOnlyList<WorkerTally> tallies)
    {
        long[] sorted = [.. tallies.SelectMany(tally => tally.Latencies)];
        Array.Sort(sorted);
        return new LoadResult(
            elapsed,
            sorted.Length,
            tallies.Sum(tally => tally.Faults),
            tallies.Select(tally => tally.FirstFault).FirstOrDefault(fault => fault is not null),
            Latency.Of(sorted));
    }
}

/// <summary>Exact percentiles of the successes, in milliseconds.</summary>
internal sealed record Latency(double P50, double P95, double P99, double Max)
{
    public static Latency Of(long[] sortedTicks) => sortedTicks.Length == 0
        ? new Latency(0, 0, 0, 0)
        : new Latency(At(sortedTicks, 0.50), At(sortedTicks, 0.95), At(sortedTicks, 0.99), At(sortedTicks, 1));

    // The nearest rank: the smallest value that this share of all does not exceed.
    private static double At(long[] sorted, double share) =>
        sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)] * 1000.0 / Stopwatch.Frequency;
}
