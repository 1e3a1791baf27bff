using OAuthServer.Bench.Servers;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Commands;

/// <summary>What a run measures and for how long.</summary>
/// <param name="Warmup">Load on each server, spread over the workloads, before anything counts.</param>
/// <param name="Settle">Load in front of each measured run that does not count either, so that pools and caches have
/// their size.</param>
internal sealed record RunOptions(
    IReadOnlyList<Workload> Workloads, IReadOnlyList<string> Servers, IReadOnlyList<int> Connections, TimeSpan Seconds,
    TimeSpan Warmup, TimeSpan Settle, int Repetitions)
{
    /// <summary>The folder of another checkout of the product, to be measured in the same run; null for none.</summary>
    public string? Beside { get; init; }

    /// <summary>Every server of the run.</summary>
    public IReadOnlyList<IServerStarter> Starters =>
    [
        .. Beside is { } root ? [OurServer.Beside(root)] : Array.Empty<IServerStarter>(),
        .. ServerStarters.All.Where(starter => Servers.Contains(starter.Name)),
    ];

    /// <summary>The servers of these names that have something to do, with those that they cannot do without.</summary>
    public static IReadOnlyList<string> Needed(IReadOnlyCollection<string> named, IReadOnlyList<Workload> workloads)
    {
        var working = ServerStarters.All.Where(starter => named.Contains(starter.Name)
            && workloads.Any(workload => workload.Fits(starter.Routes))).Select(starter => starter.Name).ToList();
        return working.Contains(ApiServer.ServerName) ? [.. working.Union([OurServer.ServerName])] : working;
    }

    /// <summary>Of the whole run but for publishing and preparation.</summary>
    public TimeSpan Length()
    {
        var starters = Starters;
        var runs = starters.Sum(starter => Workloads.Where(workload => workload.Fits(starter.Routes))
            .Sum(workload => Connections.Count(count => count <= workload.MostConnections)));
        return (starters.Count * Warmup) + (Repetitions * runs * (Settle + Seconds));
    }

    /// <summary>The settings as a sentence for the report.</summary>
    public override string ToString() =>
        $"Each server was under load for {Warmup.TotalSeconds:0} s before anything counted. Each run: "
        + $"{Settle.TotalSeconds:0} s uncounted, {Seconds.TotalSeconds:0} s counted; {Repetitions} repetitions, the "
        + "servers in turn within each; median (min–max). Server, PostgreSQL and load generator share the machine.";
}
