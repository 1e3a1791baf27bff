using OAuthServer.Bench.Reports;
using OAuthServer.Bench.Servers;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Commands;

/// <summary>One whole run: all servers started and warmed up, then every repetition takes every workload through every server.</summary>
internal sealed class BenchRun(RunOptions options, TestBed bed, List<MeasuredServer> servers)
{
    private readonly IReadOnlyList<Workload> _workloads = [.. Workload.All.Where(workload => options.Workloads.Contains(workload.Name))];

    /// <summary>The exit code: 1 when an operation failed.</summary>
    public static async Task<int> RunAsync(RunOptions options, CancellationToken ct)
    {
        await using var bed = await TestBed.CreateAsync(ct);
        var servers = new List<MeasuredServer>();
        try
        {
            foreach (var starter in ServerStarters.All.Where(starter => options.Servers.Contains(starter.Name)))
            {
                servers.Add(await starter.StartAsync(bed, ct));
                Console.WriteLine($"{starter.Name} is ready after {servers[^1].TimeToReady.TotalSeconds:0.00} s");
            }

            var measurements = await new BenchRun(options, bed, servers).MeasureAsync(ct);
            return measurements.Any(measurement => measurement.Errors > 0) ? 1 : 0;
        }
        finally
        {
            foreach (var server in servers) await server.DisposeAsync();
        }
    }

    private async Task<List<Measurement>> MeasureAsync(CancellationToken ct)
    {
        foreach (var server in servers) await WarmUpAsync(server, ct);
        var measurements = new List<Measurement>();
        for (var repetition = 1; repetition <= options.Repetitions; repetition++)
        {
            foreach (var workload in _workloads)
            {
                foreach (var connections in options.Connections)
                {
                    foreach (var server in servers.Where(workload.Fits))
                    {
                        var measurement = await Measure.RunAsync(server, bed.Cluster.Processes, workload, connections, options.Settle, options.Seconds, ct);
                        measurements.Add(measurement);
                        Console.WriteLine(Line(measurement));
                    }
                }
            }
        }

        return measurements;
    }

    private async Task WarmUpAsync(MeasuredServer server, CancellationToken ct)
    {
        Workload[] fitting = [.. _workloads.Where(workload => workload.Fits(server))];
        foreach (var workload in fitting)
        {
            var warm = await Measure.RunAsync(server, bed.Cluster.Processes, workload, 8, TimeSpan.Zero, options.Warmup / fitting.Length, ct);
            Console.WriteLine("warm-up: " + Line(warm));
        }
    }

    private static string Line(Measurement m) =>
        $"{m.Server,-12} {m.Workload,-10} {m.Connections,3} conn {m.PerSecond,8:0}/s  p50 {m.Latency.P50,7:0.00} ms  p99 {m.Latency.P99,7:0.00} ms  "
        + $"CPU-ms {m.Cpu:0.000} = server {m.ServerCpu:0.000} + PostgreSQL {m.PostgresCpu:0.000}  client {m.ClientCpu:0.000}  SQL {m.Statements:0.00}  "
        + $"RSS {m.PeakMegabytes:0} MB  errors {m.Errors}{(m.FirstFault is null ? "" : " first: " + m.FirstFault)}";
}
