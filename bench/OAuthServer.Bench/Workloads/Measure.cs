using OAuthServer.Bench.Load;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Workloads;

/// <summary>Runs a workload against a server, first unmeasured, then measured, and says what it took.</summary>
internal static class Measure
{
    /// <param name="postgres">PostgreSQL's processes; null when it runs elsewhere.</param>
    /// <param name="settle">Load in front that does not count; the workers stay the same.</param>
    /// <param name="length">Load that counts.</param>
    public static async Task<Measurement> RunAsync(
        MeasuredServer server, ProcessTree? postgres, Workload workload, int connections, TimeSpan settle,
        TimeSpan length, CancellationToken ct)
    {
        using var load = new LoadRun(server, connections, workload.Worker);
        if (settle > TimeSpan.Zero && !workload.RunsOut) load.Run(settle, ct);

        using var memory = new MemoryWatch(server.Processes);
        var beginning = await Usage.BeforeAsync(server, postgres, ct);
        var result = load.Run(length, ct);
        var end = await Usage.AfterAsync(server, postgres, ct);
        return Measurement.Of(server.Name, workload.Name, connections, result, end - beginning, memory.PeakBytes);
    }
}
