using System.Diagnostics;
using System.Globalization;
using OAuthServer.Bench.Database;
using OAuthServer.Bench.Growth;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;
using OAuthServer.Bench.Servers;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Sweep;

/// <summary>One run: a filled database, a server that does not sweep, and then one that does.</summary>
internal sealed class SweepRun(SweepOptions options, TestBed bed)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    // A sweep that has not ended by then does not end.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private readonly Stage _stage = new(options.Rows - options.Expired, 1);

    /// <summary>The exit code: 1 when a limit was broken or a refresh failed.</summary>
    public static async Task<int> RunAsync(SweepOptions options, CancellationToken ct)
    {
        await using var bed = await TestBed.CreateAsync(null, ct);
        var report = await new SweepRun(options, bed).MeasureAsync(ct);
        Console.WriteLine(report.ToMarkdown());
        Console.WriteLine(
            await ReportFiles.WriteAsync(
                Checkout.Results, "sweep", report.Machine.Date, report, report.ToMarkdown(), ct));
        return report.Broken.Count > 0 ? 1 : 0;
    }

    private async Task<SweepReport> MeasureAsync(CancellationToken ct)
    {
        BenchDatabase database;
        Measurement alone;
        TokenDeck deck = new(_stage);
        await using (var resting = await Server(("Sweeper__Enabled", "false")).StartAsync(bed, [], ct))
        {
            database = resting.Database!;
            Console.WriteLine("Filling");
            await Filling.FillAsync(database, _stage, ct, options.Expired);
            Console.WriteLine("Measuring without the sweep");
            await LoadAsync(resting, deck, options.Warmup, ct);
            alone = await LoadAsync(resting, deck, options.Seconds, ct);
        }

        var machine = MachineFacts.Read(
            TimeProvider.System.GetUtcNow(), await database.VersionAsync(ct), Checkout.Root);
        var waiting = await WaitingAsync(database, ct);
        var deadlocks = await DeadlocksAsync(database, ct);

        // The sweeper begins one interval after the start, a tenth sooner or later: about when the warm-up is over.
        var interval = options.Warmup < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : options.Warmup;
        await using var sweeping = await Server(
            ("Sweeper__Interval", interval.ToString("c", CultureInfo.InvariantCulture))).StartOnAsync(
                bed, database, ct);
        Console.WriteLine("Measuring beside the sweep");
        await database.ForgetStatementsAsync(ct);
        await LoadAsync(sweeping, deck, options.Warmup, ct);
        await UntilAsync(async () => await WaitingAsync(database, ct) < waiting, ct);
        var began = Stopwatch.GetTimestamp();
        var beside = await LoadAsync(sweeping, deck, options.Seconds, ct);
        var left = await WaitingAsync(database, ct);
        await UntilAsync(async () => await WaitingAsync(database, ct) <= 0, ct);
        var drained = Stopwatch.GetElapsedTime(began);
        return new SweepReport(
            machine,
            options.ToString(),
            alone,
            beside,
            waiting,
            left,
            drained,
            await DeadlocksAsync(database, ct) - deadlocks)
        {
            LongestDelete = await database.LongestStatementAsync("%DELETE FROM oauth_refresh_tokens%", ct),
            LongestRefresh = await database.LongestStatementAsync("%UPDATE oauth_refresh_tokens AS t%SET token%", ct),
            Longest = await database.LongestStatementAsync("%", ct),
        };
    }

    private static OurServer Server((string Key, string Value) setting) =>
        new(OurServer.ServerName, OurServer.AllBudgets, starts: 1)
        {
            More = new Dictionary<string, string> { [setting.Key] = setting.Value },
        };

    private async Task<Measurement> LoadAsync(
        MeasuredServer server, TokenDeck deck, TimeSpan length, CancellationToken ct)
    {
        var pace = new Pace(options.PerSecond);
        var workload = new Workload(
            "refresh", _ => true, seat => pace.Of(new DeckWorker(seat, _stage, deck, keep: false)));
        var measured = await Measure.RunAsync(
            server, bed.Postgres.Processes, workload, SweepOptions.Connections, TimeSpan.Zero, length, ct);
        return measured with { Latency = pace.Latency };
    }

    private static async Task UntilAsync(Func<Task<bool>> reached, CancellationToken ct)
    {
        var asked = Stopwatch.GetTimestamp();
        while (!await reached())
        {
            if (Stopwatch.GetElapsedTime(asked) > Patience)
                throw new InvalidOperationException("The sweep does not go on.");
            await Task.Delay(Look, ct);
        }
    }

    // How many are left, without counting them, which would be a long statement of its own. Removed rows are told with
    // a delay of up to a second.
    private async Task<long> WaitingAsync(BenchDatabase database, CancellationToken ct) =>
        options.Expired - await Sql.ScalarAsync<long>(
            database.ConnectionString,
            "SELECT coalesce(pg_stat_get_tuples_deleted('oauth_refresh_tokens'::regclass), 0)",
            ct);

    private static Task<long> DeadlocksAsync(BenchDatabase database, CancellationToken ct) =>
        Sql.ScalarAsync<long>(
            database.ConnectionString, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()", ct);
}
