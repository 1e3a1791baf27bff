using OAuthServer.Bench.Load;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Workloads;

/// <summary>Runs a workload against a server, first unmeasured, then measured, and says what it took.</summary>
internal static class Measure
{
    public static async Task<Measurement> RunAsync(
        MeasuredServer server, ProcessTree postgres, Workload workload, int connections, TimeSpan warmUp, TimeSpan length, CancellationToken ct)
    {
        using var load = new LoadRun(server.Address, connections, connection => workload.Worker(server, connection));
        if (warmUp > TimeSpan.Zero) load.Run(warmUp, ct);

        using var memory = new MemoryWatch(server.Processes);
        var beginning = await Usage.ReadAsync(server, postgres, end: false, ct);
        var result = load.Run(length, ct);
        var end = await Usage.ReadAsync(server, postgres, end: true, ct);
        return Measurement.Of(server.Name, workload.Name, connections, result, end - beginning, memory.PeakBytes);
    }
}
