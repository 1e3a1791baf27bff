using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;
using OAuthServer.Bench.Servers;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Growth;

/// <summary>One run: a server and a database for each stage, filled, warmed up, and then measured in turn.</summary>
internal sealed class GrowthRun(GrowthOptions options, TestBed bed)
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    private readonly List<FilledServer> _servers = [];

    /// <summary>The exit code: 1 when a refresh failed.</summary>
    public static async Task<int> RunAsync(GrowthOptions options, CancellationToken ct)
    {
        await using var bed = await TestBed.CreateAsync(null, ct);
        var run = new GrowthRun(options, bed);
        try
        {
            var report = await run.MeasureAsync(ct);
            Console.WriteLine(report.ToMarkdown());
            Console.WriteLine(
                await ReportFiles.WriteAsync(
                    Checkout.Results, "growth", report.Machine.Date, report, report.ToMarkdown(), ct));
            return report.Series.SelectMany(series => series).Any(stage => stage.Errors > 0) ? 1 : 0;
        }
        finally
        {
            foreach (var filled in run._servers) await filled.Server.DisposeAsync();
        }
    }

    private async Task<GrowthReport> MeasureAsync(CancellationToken ct)
    {
        foreach (var stage in options.Series.SelectMany(series => series).Distinct()) await StartAsync(stage, ct);
        var machine = MachineFacts.Read(
            TimeProvider.System.GetUtcNow(), await _servers[0].Server.Database!.VersionAsync(ct), Checkout.Root);
        foreach (var filled in _servers) await LoadAsync(filled, ownSessions: false, options.Warmup, ct);
        var runs = _servers.ToDictionary(filled => filled.Stage, _ => new List<GrowthMeasurement>());
        for (var repetition = 1; repetition <= options.Repetitions; repetition++)
        {
            var turns = from own in GrowthOptions.OwnSessions from filled in _servers select (own, filled);
            foreach (var (ownSessions, filled) in turns)
            {
                await LoadAsync(filled, ownSessions, Settle, ct);
                var logged = await Filling.LogPositionAsync(filled.Server.Database!, ct);
                var measured = await LoadAsync(filled, ownSessions, options.Seconds, ct);
                logged = await Filling.LogPositionAsync(filled.Server.Database!, ct) - logged;
                runs[filled.Stage].Add(
                    new GrowthMeasurement(ownSessions, measured, (double)logged / Math.Max(1, measured.Operations)));
                Console.WriteLine(
                    $"{filled.Stage.Name}, {(ownSessions ? "own sessions" : "another each time")}: "
                        + $"{measured.PerSecond:0}/s, CPU-ms {measured.Cpu:0.000}, p99 {measured.Latency.P99:0.0} ms, "
                        + $"errors {measured.Errors}");
            }
        }

        return new GrowthReport(
            machine, options.ToString(), [.. options.Series.Select(series => series.Select(ResultOf).ToList())]);

        StageResult ResultOf(Stage stage) =>
            new(stage, _servers.First(filled => filled.Stage == stage).Size, runs[stage]);
    }

    private async Task StartAsync(Stage stage, CancellationToken ct)
    {
        Console.WriteLine($"Filling: {stage.Name}");
        var server = await new OurServer(stage.Name, OurServer.AllBudgets, starts: 1).StartAsync(bed, [], ct);
        try
        {
            var size = await Filling.FillAsync(server.Database!, stage, ct);
            _servers.Add(new FilledServer(stage, server, size, new TokenDeck(stage)));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private Task<Measurement> LoadAsync(FilledServer filled, bool ownSessions, TimeSpan length, CancellationToken ct)
    {
        var workload = new Workload(
            "refresh", _ => true, seat => new DeckWorker(seat, filled.Stage, filled.Deck, ownSessions));
        return Measure.RunAsync(
            filled.Server, bed.Postgres.Processes, workload, GrowthOptions.Connections, TimeSpan.Zero, length, ct);
    }

    private sealed record FilledServer(Stage Stage, MeasuredServer Server, TableSize Size, TokenDeck Deck);
}
