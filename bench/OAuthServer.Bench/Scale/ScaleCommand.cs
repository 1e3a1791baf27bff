using System.CommandLine;
using OAuthServer.Bench.Commands;
using OAuthServer.Bench.Growth;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Scale;

/// <summary>
/// <c>scale</c>: what so many sessions need, from rows of a real database and a simulation of their lives.
/// </summary>
internal static class ScaleCommand
{
    private const int Seed = 1;

    public static Command Create()
    {
        var sessions = BenchOption.Some<double>("--sessions", "Live sessions; 1, 10 and 100 million when absent.");
        var rows = BenchOption.Of<long>("--rows", "Rows of each table that are made and measured.", 100_000);
        var refreshes = BenchOption.Of(
            "--refreshes-a-day", "Refreshes of a session on a day.", new SessionLife().RefreshesADay);
        var use = BenchOption.Of(
            "--days-of-use", "How long a session is used, in the mean.", new SessionLife().DaysOfUse);
        var server = BenchOption.Of("--server-ms", "Milliseconds of a core of the server for a refresh.", 0.43);
        var database = BenchOption.Of("--database-ms", "The same of PostgreSQL.", 0.21);
        var log = BenchOption.Of<double>(
            "--log-bytes",
            "Bytes of PostgreSQL's log for a refresh; growth measures it, for another session each time.",
            7_900);
        var command = new Command("scale", "Reckon what many sessions need.")
        {
            sessions,
            rows,
            refreshes,
            use,
            server,
            database,
            log,
        };
        command.SetAction((parsed, ct) => Outcome.OfAsync(() => RunAsync(
            BenchOption.Given(parsed.GetValue(sessions)) ?? [1e6, 1e7, 1e8],
            parsed.GetValue(rows),
            new SessionLife { RefreshesADay = parsed.GetValue(refreshes), DaysOfUse = parsed.GetValue(use) },
            new OperationCosts(parsed.GetValue(server), parsed.GetValue(database), parsed.GetValue(log)),
            ct)));
        return command;
    }

    private static async Task<int> RunAsync(
        double[] sessions, long rows, SessionLife life, OperationCosts costs, CancellationToken ct)
    {
        await using var bed = await TestBed.CreateAsync(null, ct);
        var stage = new Stage(rows, 1);
        await using var server = await new OurServer(stage.Name, OurServer.AllBudgets, starts: 1)
            .StartAsync(bed, [], ct);
        await Filling.FillAsync(server.Database!, stage, ct);
        var sizes = await MeasuredSizes.ReadAsync(server.Database!, rows, ct);
        var day = SessionSimulation.Run(life, Seed);
        var machine = MachineFacts.Read(
            TimeProvider.System.GetUtcNow(), await server.Database!.VersionAsync(ct), Checkout.Root);
        var report = new ScaleReport(
            machine, life, day, sizes, [.. sessions.Select(count => Estimate.Of(count, life, day, sizes, costs))]);
        Console.WriteLine(report.ToMarkdown());
        Console.WriteLine(
            await ReportFiles.WriteAsync(Checkout.Results, "scale", machine.Date, report, report.ToMarkdown(), ct));
        return 0;
    }
}
