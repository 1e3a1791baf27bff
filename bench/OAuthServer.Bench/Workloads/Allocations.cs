using OAuthServer.Bench.Load;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Workloads;

/// <summary>Counts what a server allocates per operation, in a run of its own.</summary>
internal static class Allocations
{
    private const int Connections = 8;
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Loads the server before, while and after the counter is read, so that every reading is of full load.
    /// </summary>
    public static async Task<Allocation> CountAsync(MeasuredServer server, Workload workload, CancellationToken ct)
    {
        using var load = new LoadRun(server, Connections, workload.Worker);
        var running = Task.Factory.StartNew(
            () => load.Run(Lead + Length + Lead, ct),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await Task.Delay(Lead, ct);
        var rate = await AllocationMeter.BytesPerSecondAsync(server.ProcessId, Length, ct);
        return new Allocation(server.Name, workload.Name, rate / (await running).PerSecond);
    }
}
