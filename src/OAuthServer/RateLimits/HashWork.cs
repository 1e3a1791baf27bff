using System.Threading.RateLimiting;

namespace OAuthServer.RateLimits;

/// <summary>A queue of its own for checks that belong together.</summary>
/// <param name="Key">Names the queue.</param>
/// <param name="AtOnce">How many of its checks may be at work.</param>
/// <param name="MostWaiting">How many more may wait; the rest is turned away.</param>
internal readonly record struct HashLane(string Key, int AtOnce, int MostWaiting);

/// <summary>
/// Where passwords and client secrets are checked. Such a check is slow on purpose, so all of them together get half
/// of the cores, and a place that has met a wrong guess rests for as long as the guess took: guessing takes a
/// quarter of the machine at most, and token requests keep theirs. (A low thread priority would say it more simply,
/// but Linux does not know one.) Places are given out in the order of asking, and each lane asks for few at once, so
/// that a crowd in one lane does not hold up the others.
/// </summary>
internal sealed class HashWork(TimeProvider clock) : IDisposable
{
    private const int MostWaiting = 256;

    private readonly ConcurrencyLimiter _places = new(new() { PermitLimit = Places, QueueLimit = MostWaiting });
    private readonly PartitionedRateLimiter<HashLane> _lanes = PartitionedRateLimiter.Create<HashLane, string>(
        lane => RateLimitPartition.GetConcurrencyLimiter(
            lane.Key, _ => new() { PermitLimit = lane.AtOnce, QueueLimit = lane.MostWaiting }));

    private int _waiting;

    /// <summary>How many checks wait for their turn.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How many checks are at work at once.</summary>
    public static int Places { get; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>
    /// Waits for a turn. Dispose of it after the work; a turn not acquired means that too many wait.
    /// </summary>
    public async ValueTask<HashTurn> EnterAsync(HashLane lane, CancellationToken ct)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return await WaitAsync(lane, ct);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _places.Dispose();
        _lanes.Dispose();
    }

    private async ValueTask<HashTurn> WaitAsync(HashLane lane, CancellationToken ct)
    {
        var share = await _lanes.AcquireAsync(lane, 1, ct);
        if (!share.IsAcquired) return new HashTurn(share, null, clock);
        try
        {
            return new HashTurn(share, await _places.AcquireAsync(1, ct), clock);
        }
        catch
        {
            share.Dispose();
            throw;
        }
    }
}

/// <summary>A turn to check one secret.</summary>
internal sealed class HashTurn(RateLimitLease share, RateLimitLease? place, TimeProvider clock) : IDisposable
{
    private readonly long _began = clock.GetTimestamp();

    /// <summary>False when the queue was full; then there must be no check.</summary>
    public bool IsAcquired => place is { IsAcquired: true };

    /// <summary>After a wrong guess: keeps the place idle for as long as the check took.</summary>
    public Task RestAsync() => Task.Delay(clock.GetElapsedTime(_began), clock);

    /// <inheritdoc/>
    public void Dispose()
    {
        place?.Dispose();
        share.Dispose();
    }
}
