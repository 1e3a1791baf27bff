using System.CommandLine;
using OAuthServer.Bench.Commands;

namespace OAuthServer.Bench.Growth;

/// <summary><c>growth</c>: what a refresh costs as the database fills, and what a session takes on disk.</summary>
internal static class GrowthCommand
{
    public static Command Create()
    {
        var rows = BenchOption.Some<long>("--rows", "Live sessions; 10000, 1000000 and 10000000 when absent.");
        var clients = BenchOption.Some<int>("--clients", "Clients; 1000, 2000 and 4000 when absent.");
        var warmup = BenchOption.Of<double>("--warmup", "Seconds of load on each server before anything counts.", 60);
        var seconds = BenchOption.Of<double>("--seconds", "Length of a counted run.", 10);
        var repetitions = BenchOption.Of("--repetitions", "How often everything is measured.", 3);
        var command = new Command("growth", "Measure refreshes against ever fuller databases.")
        {
            rows,
            clients,
            warmup,
            seconds,
            repetitions,
        };
        command.SetAction((parsed, ct) =>
        {
            var options = new GrowthOptions(
                BenchOption.Given(parsed.GetValue(rows)) ?? [10_000, 1_000_000, 10_000_000],
                BenchOption.Given(parsed.GetValue(clients)) ?? [1000, 2000, 4000],
                TimeSpan.FromSeconds(parsed.GetValue(warmup)),
                TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                parsed.GetValue(repetitions));
            return Outcome.OfAsync(() => GrowthRun.RunAsync(options, ct));
        });
        return command;
    }
}
