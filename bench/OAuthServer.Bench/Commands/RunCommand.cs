using System.CommandLine;
using OAuthServer.Bench.Servers;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Commands;

/// <summary><c>run</c>: our server beside the floor and the peer.</summary>
internal static class RunCommand
{
    private static readonly string[] QuickWorkloads = ["refresh", "code"];

    public static Command Create()
    {
        var only = BenchOption.Some<string>("--only", "Workloads; all when absent.");
        var servers = BenchOption.Some<string>("--servers", "Servers; all when absent.");
        var connections = BenchOption.Some<int>("--connections", "Numbers of connections; 1, 8 and 32 when absent.");
        var seconds = new Option<double?>("--seconds") { Description = "Length of a counted run; 10." };
        var warmup = new Option<double?>("--warmup")
        {
            Description = "Seconds of load on each server before anything counts; 120.",
        };
        var repetitions = new Option<int?>("--repetitions") { Description = "How often everything is measured; 3." };
        var quick = new Option<bool>("--quick")
        {
            Description = "A look of two minutes: refresh and code, 32 connections, once, hardly warm. No figure to "
                + "quote.",
        };
        var beside = new Option<DirectoryInfo?>("--beside")
        {
            Description = "The folder of another checkout of this product, to be measured in the same run.",
        };
        only.AcceptOnlyFromAmong([.. Workload.All.Select(workload => workload.Name)]);
        servers.AcceptOnlyFromAmong([.. ServerStarters.All.Select(starter => starter.Name)]);
        var command = new Command("run", "Measure our server beside the floor and the peer.")
        {
            only,
            servers,
            connections,
            seconds,
            warmup,
            repetitions,
            quick,
            beside,
        };
        command.SetAction((parsed, ct) =>
        {
            var hurry = parsed.GetValue(quick);
            var all = Workload.All.Select(workload => workload.Name).ToArray();
            var workloads = Workload.Chosen(BenchOption.Given(parsed.GetValue(only)) ?? (hurry ? QuickWorkloads : all));
            var named = BenchOption.Given(parsed.GetValue(servers))
                ?? [.. ServerStarters.All.Select(starter => starter.Name)];
            var options = new RunOptions(
                workloads,
                RunOptions.Needed(named, workloads),
                BenchOption.Given(parsed.GetValue(connections)) ?? (hurry ? [32] : [1, 8, 32]),
                TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? (hurry ? 5 : 10)),
                TimeSpan.FromSeconds(parsed.GetValue(warmup) ?? (hurry ? 12 : 120)),
                TimeSpan.FromSeconds(hurry ? 1 : 3), parsed.GetValue(repetitions) ?? (hurry ? 1 : 3))
            {
                Beside = parsed.GetValue(beside)?.FullName,
            };
            return Outcome.OfAsync(() => BenchRun.RunAsync(options, ct));
        });
        return command;
    }
}
