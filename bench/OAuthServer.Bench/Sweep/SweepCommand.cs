using System.CommandLine;
using OAuthServer.Bench.Commands;

namespace OAuthServer.Bench.Sweep;

/// <summary>
/// <c>sweep</c>: what refreshes feel while a large backlog of expired tokens is swept, and how long that takes.
/// </summary>
internal static class SweepCommand
{
    public static Command Create()
    {
        var rows = BenchOption.Of<long>("--rows", "Sessions, expired ones included.", 2_000_000);
        var expired = BenchOption.Of<long>("--expired", "Expired ones among them.", 1_800_000);
        var rate = BenchOption.Of("--rate", "Refreshes a second.", 200);
        var seconds = BenchOption.Of<double>("--seconds", "Length of each counted run.", 60);
        var warmup = BenchOption.Of<double>("--warmup", "Seconds of load on each server before anything counts.", 30);
        var command = new Command("sweep", "Measure refreshes beside the sweeper at work.")
        {
            rows,
            expired,
            rate,
            seconds,
            warmup,
        };
        command.SetAction((parsed, ct) =>
        {
            var options = new SweepOptions(
                parsed.GetValue(rows),
                parsed.GetValue(expired),
                parsed.GetValue(rate),
                TimeSpan.FromSeconds(parsed.GetValue(warmup)),
                TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            return Outcome.OfAsync(() => options is { PerSecond: >= 1, Expired: >= 0 } && options.Expired < options.Rows
                ? SweepRun.RunAsync(options, ct)
                : throw new ArgumentException("--expired must be below --rows, and --rate at least 1."));
        });
        return command;
    }
}
