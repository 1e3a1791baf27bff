namespace OAuthServer.Bench.Commands;

/// <summary>How long and what a run measures.</summary>
/// <param name="Warmup">Load on each server, spread over the workloads, before anything counts.</param>
/// <param name="Settle">Unmeasured load in front of each measured run, so that pools and caches have the right size.</param>
internal sealed record RunOptions(
    IReadOnlyList<string> Workloads, IReadOnlyList<string> Servers, IReadOnlyList<int> Connections, TimeSpan Seconds, TimeSpan Warmup, TimeSpan Settle, int Repetitions);
