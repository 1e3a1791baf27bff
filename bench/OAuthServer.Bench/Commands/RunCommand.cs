using System.CommandLine;
using OAuthServer.Bench.Servers;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Commands;

/// <summary><c>run</c>: starts the servers, loads them in turn, and reports.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var only = new Option<string[]>("--only") { Description = "Workloads; all when absent.", AllowMultipleArgumentsPerToken = true };
        var servers = new Option<string[]>("--servers") { Description = "Servers; all when absent.", AllowMultipleArgumentsPerToken = true };
        var connections = new Option<int[]>("--connections") { Description = "Numbers of connections.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 8, 32] };
        var seconds = new Option<double>("--seconds") { Description = "Length of a measured run.", DefaultValueFactory = _ => 10 };
        var warmup = new Option<double>("--warmup") { Description = "Seconds of load on each server before anything counts.", DefaultValueFactory = _ => 90 };
        var repetitions = new Option<int>("--repetitions") { Description = "How often everything is measured.", DefaultValueFactory = _ => 3 };
        only.AcceptOnlyFromAmong([.. Workload.All.Select(workload => workload.Name)]);
        servers.AcceptOnlyFromAmong([.. ServerStarters.All.Select(starter => starter.Name)]);
        var command = new Command("run", "Measure our server beside the floor and the peer.") { only, servers, connections, seconds, warmup, repetitions };
        command.SetAction((parsed, ct) => BenchRun.RunAsync(
            new RunOptions(
                parsed.GetValue(only) is { Length: > 0 } chosen ? chosen : [.. Workload.All.Select(workload => workload.Name)],
                parsed.GetValue(servers) is { Length: > 0 } named ? named : [.. ServerStarters.All.Select(starter => starter.Name)],
                parsed.GetValue(connections)!, TimeSpan.FromSeconds(parsed.GetValue(seconds)), TimeSpan.FromSeconds(parsed.GetValue(warmup)), TimeSpan.FromSeconds(3), parsed.GetValue(repetitions)),
            ct));
        return command;
    }
}
