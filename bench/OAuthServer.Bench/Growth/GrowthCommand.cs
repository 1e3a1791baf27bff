using System.CommandLine;
using OAuthServer.Bench.Commands;

namespace OAuthServer.Bench.Growth;

/// <summary><c>growth</c>: what a refresh costs as the database fills, and what a session takes on disk.</summary>
internal static class GrowthCommand
{
    public static Command Create()
    {
        var rows = new Option<long[]>("--rows")
        {
            Description = "Live sessions; 10000, 1000000 and 10000000 when absent.",
            AllowMultipleArgumentsPerToken = true,
        };
        var clients = new Option<int[]>("--clients")
        {
            Description = "Clients; 1000, 2000 and 4000 when absent.",
            AllowMultipleArgumentsPerToken = true,
        };
        var warmup = new Option<double>("--warmup")
        {
            Description = "Seconds of load on each server before anything counts.",
            DefaultValueFactory = _ => 60,
        };
        var seconds = new Option<double>("--seconds")
        {
            Description = "Length of a counted run.",
            DefaultValueFactory = _ => 10,
        };
        var repetitions = new Option<int>("--repetitions")
        {
            Description = "How often everything is measured.",
            DefaultValueFactory = _ => 3,
        };
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
                parsed.GetValue(rows) is { Length: > 0 } givenRows ? givenRows : [10_000, 1_000_000, 10_000_000],
                parsed.GetValue(clients) is { Length: > 0 } givenClients ? givenClients : [1000, 2000, 4000],
                TimeSpan.FromSeconds(parsed.GetValue(warmup)),
                TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                parsed.GetValue(repetitions));
            return Outcome.OfAsync(() => GrowthRun.RunAsync(options, ct));
        });
        return command;
    }
}
