namespace OAuthServer.Bench.Sweep;

/// <summary>How much is swept, and beside what.</summary>
/// <param name="Rows">Of sessions, expired ones included.</param>
/// <param name="Expired">Those that the sweeper takes away.</param>
/// <param name="PerSecond">Refreshes.</param>
/// <param name="Seconds">Length of each counted run: without the sweep, and with it.</param>
internal sealed record SweepOptions(long Rows, long Expired, int PerSecond, TimeSpan Warmup, TimeSpan Seconds)
{
    /// <summary>Callers at once: enough that a slow answer does not hold up the next request.</summary>
    public const int Connections = 32;

    /// <summary>The longest that any statement may take, in milliseconds.</summary>
    public const double LongestStatement = 250;

    /// <summary>The most that the sweep may add to the refreshes' p99.</summary>
    public const double MostTimesP99 = 1.2;

    /// <inheritdoc />
    public override string ToString() =>
        $"{Rows:#,0} sessions, {Expired:#,0} of them expired. {PerSecond} refreshes a second, each of another session, "
        + $"by up to {Connections} callers; {Seconds.TotalSeconds:0} s without the sweep and {Seconds.TotalSeconds:0} "
        + $"s beside it, each on a server of its own after {Warmup.TotalSeconds:0} s of load. A refresh's time begins "
        + "when it was due. Server, PostgreSQL (default settings) and load generator share the machine.";
}
