using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Reports;

/// <summary>All that a run found out; what the JSON file holds.</summary>
/// <param name="How">The run's settings, as a sentence.</param>
/// <param name="Measurements">Every single run.</param>
internal sealed record RunReport(
    MachineFacts Machine, string How, IReadOnlyList<ServerStart> Starts, IReadOnlyList<Resident> Residents,
    IReadOnlyList<Allocation> Allocations, IReadOnlyList<Summary> Summaries, IReadOnlyList<Measurement> Measurements);

/// <summary>How long a server took from its process's start to ready, in seconds.</summary>
internal sealed record ServerStart(string Server, Spread Seconds);

/// <summary>What a server still holds after all load, in bytes.</summary>
internal sealed record Resident(string Server, long Bytes);

/// <summary>What a server allocates on the managed heap per operation.</summary>
internal sealed record Allocation(string Server, string Workload, double BytesPerOperation);
