using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;
using OAuthServer.Bench.Servers;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Commands;

/// <summary>
/// One whole run: all servers started and warmed up, then every repetition takes every workload through every server.
/// </summary>
internal sealed class BenchRun(RunOptions options, TestBed bed, IReadOnlyList<MeasuredServer> servers)
{
    private const int WarmupConnections = 8;
    private static readonly string[] Counted = ["refresh", "code", "metadata"];

    /// <summary>The exit code: 1 when an operation failed.</summary>
    public static async Task<int> RunAsync(RunOptions options, CancellationToken ct)
    {
        Console.WriteLine($"This takes about {options.Length().TotalMinutes:0} minutes.");
        await using var bed = await TestBed.CreateAsync(null, ct);
        var servers = new List<MeasuredServer>();
        try
        {
            await ServerStarters.StartAsync(options.Starters, bed, servers, ct);
            var report = await new BenchRun(options, bed, servers).ReportAsync(ct);
            ConsoleReport.Print(report);
            Console.WriteLine(
                await ReportFiles.WriteAsync(
                    Checkout.Results, "run", report.Machine.Date, report, MarkdownReport.Of(report), ct));
            return report.Measurements.Any(measurement => measurement.Errors > 0) ? 1 : 0;
        }
        finally
        {
            foreach (var server in servers) await server.DisposeAsync();
        }
    }

    /// <summary>Warms all servers up and measures.</summary>
    public async Task<RunReport> ReportAsync(CancellationToken ct)
    {
        var version = await servers.First(server => server.Database is not null).Database!.VersionAsync(ct);
        var machine = MachineFacts.Read(TimeProvider.System.GetUtcNow(), version, Checkout.Root);
        foreach (var server in servers) await WarmUpAsync(server, ct);
        var measurements = new List<Measurement>();
        for (var repetition = 1; repetition <= options.Repetitions; repetition++) await RepeatAsync(measurements, ct);
        var residents = servers.Select(server => new Resident(server.Name, server.Processes.ResidentBytes())).ToList();
        var allocations = new List<Allocation>();
        foreach (var workload in options.Workloads.Where(workload => Counted.Contains(workload.Name)))
        {
            foreach (var server in servers.Where(server => workload.Fits(server.Routes)))
                allocations.Add(await Allocations.CountAsync(server, workload, ct));
        }

        return new RunReport(
            machine,
            options.ToString(),
            [.. servers.Select(server =>
                new ServerStart(server.Name, Spread.Of(server.TimesToReady.Select(time => time.TotalSeconds))))],
            residents,
            allocations,
            Summary.Of(
                measurements,
                CompanionServer.Floor.Name,
                CompanionServer.OpenIddict.Name,
                name => Workload.All.First(workload => workload.Name == name).Floor), measurements);
    }

    private async Task RepeatAsync(List<Measurement> measurements, CancellationToken ct)
    {
        foreach (var workload in options.Workloads)
        {
            foreach (var connections in options.Connections.Where(count => count <= workload.MostConnections))
            {
                foreach (var server in servers.Where(server => workload.Fits(server.Routes)))
                {
                    measurements.Add(
                        await Measure.RunAsync(
                            server, bed.Postgres.Processes, workload, connections, options.Settle, options.Seconds,
                            ct));
                    Console.WriteLine(Line(measurements[^1]));
                }
            }
        }
    }

    private async Task WarmUpAsync(MeasuredServer server, CancellationToken ct)
    {
        Workload[] fitting = [.. options.Workloads.Where(workload => workload.Fits(server.Routes))];
        foreach (var workload in fitting)
        {
            var length = options.Warmup * workload.WarmUpShare / fitting.Sum(other => other.WarmUpShare);
            Console.WriteLine("warm-up  "
                + Line(await Measure.RunAsync(
                    server, bed.Postgres.Processes, workload, WarmupConnections, TimeSpan.Zero, length, ct)));
        }
    }

    private static string Line(Measurement run) =>
        $"{run.Server,-12} {run.Workload,-10} {run.Connections,3} conn {run.PerSecond,8:0}/s  p50 "
        + $"{run.Latency.P50,7:0.00} ms  p99 {run.Latency.P99,7:0.00} ms  CPU-ms {run.Cpu:0.000} = server "
        + $"{run.ServerCpu:0.000} + PostgreSQL {run.PostgresCpu:0.000}  SQL {run.Statements:0.00}  others "
        + $"{run.Others:0 %}  errors {run.Errors}{(run.FirstFault is null ? "" : " first: " + run.FirstFault)}";
}
