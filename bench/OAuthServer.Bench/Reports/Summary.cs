namespace OAuthServer.Bench.Reports;

/// <summary>
/// A workload against a server with so many connections, over all repetitions. Units as in <see cref="Measurement"/>.
/// </summary>
/// <param name="TimesFloor">Processor time, server and PostgreSQL, in multiples of the floor's for the same work; null
/// when there is none.</param>
/// <param name="TimesCheaper">How many times more the peer takes for the same workload; null when it was not
/// measured.</param>
internal sealed record Summary(
    string Server, string Workload, int Connections, Spread PerSecond, long Errors, string? FirstFault, Spread P50,
    Spread P95, Spread P99, Spread Max,
    Spread ServerCpu, Spread? PostgresCpu, Spread Cpu, Spread ClientCpu, Spread? Statements, Spread PeakMegabytes,
    Spread Busy, Spread Others, Spread Steal,
    double? TimesFloor, double? TimesCheaper)
{
    /// <summary>One summary for each, in the order in which they were first measured.</summary>
    /// <param name="floor">The floor's name.</param>
    /// <param name="peer">The peer's.</param>
    /// <param name="floorOf">The floor's workload for a workload, or null.</param>
    public static IReadOnlyList<Summary> Of(
        IReadOnlyList<Measurement> measurements, string floor, string peer, Func<string, string?> floorOf)
    {
        var all = measurements.GroupBy(run => (run.Server, run.Workload, run.Connections))
            .Select(group => Of([.. group]))
            .ToList();
        return [.. all.Select(summary => summary with
        {
            TimesFloor = Ratio(summary.Cpu, Find(floor, floorOf(summary.Workload), summary.Connections)?.Cpu),
            TimesCheaper = summary.Server == peer
                ? null
                : Ratio(Find(peer, summary.Workload, summary.Connections)?.Cpu, summary.Cpu),
        })];

        Summary? Find(string server, string? workload, int connections) =>
            all.FirstOrDefault(other => other.Server == server && other.Workload == workload
                && other.Connections == connections);
    }

    private static double? Ratio(Spread? one, Spread? other) =>
        other is { Median: > 0 } ? one?.Median / other.Median : null;

    private static Summary Of(Measurement[] runs)
    {
        return new Summary(
            runs[0].Server,
            runs[0].Workload,
            runs[0].Connections,
            Over(run => run.PerSecond),
            runs.Sum(run => run.Errors),
            runs.Select(run => run.FirstFault).FirstOrDefault(fault => fault is not null),
            Over(run => run.Latency.P50),
            Over(run => run.Latency.P95),
            Over(run => run.Latency.P99),
            Over(run => run.Latency.Max),
            Over(run => run.ServerCpu),
            Spread.OfKnown(runs.Select(run => run.PostgresCpu)),
            Over(run => run.Cpu),
            Over(run => run.ClientCpu),
            Spread.OfKnown(runs.Select(run => run.Statements)),
            Over(run => run.PeakMegabytes),
            Over(run => run.Busy),
            Over(run => run.Others),
            Over(run => run.Steal),
            null,
            null);

        Spread Over(Func<Measurement, double> figure) => Spread.Of(runs.Select(figure));
    }
}
