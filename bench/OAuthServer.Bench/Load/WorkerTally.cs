namespace OAuthServer.Bench.Load;

/// <summary>What one worker saw.</summary>
internal sealed class WorkerTally
{
    /// <summary>How long each success took, in stopwatch ticks.</summary>
    public List<long> Latencies { get; } = new(4096);

    /// <summary>How many operations failed.</summary>
    public long Faults { get; private set; }

    /// <summary>The first failure's description; null when there was none.</summary>
    public string? FirstFault { get; private set; }

    public void Succeeded(long ticks) => Latencies.Add(ticks);

    public void Failed(string fault)
    {
        Faults++;
        FirstFault ??= fault;
    }
}
