using OAuthServer.Bench.Database;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;
using OAuthServer.Bench.Servers;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Commands;

/// <summary>
/// Our server alone: warmed up for most of a minute, then sign-ins, code exchanges and refreshes, each at full load.
/// </summary>
internal static class CapacityRun
{
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(12);
    private static readonly string[] Measured = ["sign-in", "code", "refresh"];

    /// <summary>The exit code: 1 when an operation failed.</summary>
    public static async Task<int> RunAsync(string? connection, int connections, CancellationToken ct)
    {
        await using var bed = await TestBed.CreateAsync(connection, ct);
        var servers = new List<MeasuredServer>();
        try
        {
            await ServerStarters.StartAsync([new OurServer()], bed, servers, ct);
            var report = await MeasureAsync(bed, servers[0], connections, ct);
            Console.WriteLine(report.Card());
            Console.WriteLine(
                await ReportFiles.WriteAsync(
                    Checkout.Results, "capacity", report.Machine.Date, report, report.Card(), ct));
            return report.Measurements.Any(run => run.Errors > 0) ? 1 : 0;
        }
        finally
        {
            foreach (var server in servers) await server.DisposeAsync();
        }
    }

    private static async Task<CapacityReport> MeasureAsync(
        TestBed bed, MeasuredServer server, int connections, CancellationToken ct)
    {
        var database = server.Database!;
        var machine = MachineFacts.Read(
            TimeProvider.System.GetUtcNow(), await database.VersionAsync(ct), Checkout.Root);
        var commit = await CommitProbe.MeasureAsync(database, ct);
        Workload[] workloads = [.. Measured.Select(name => Workload.All.First(workload => workload.Name == name))];
        foreach (var workload in workloads.Where(workload => workload.WarmUpShare > 1))
        {
            Console.WriteLine($"Warming up: {workload.Name}");
            await RunAsync(workload, TimeSpan.Zero, Warmup / 2);
        }

        var measurements = new List<Measurement>();
        foreach (var workload in workloads)
        {
            Console.WriteLine($"Measuring: {workload.Name}");
            measurements.Add(await RunAsync(workload, Settle, Length));
        }

        return new CapacityReport(machine, connections, commit, measurements);

        Task<Measurement> RunAsync(Workload workload, TimeSpan settle, TimeSpan length) =>
            Measure.RunAsync(
                server,
                bed.Postgres.Processes,
                workload,
                Math.Min(connections, workload.MostConnections),
                settle,
                length,
                ct);
    }
}
