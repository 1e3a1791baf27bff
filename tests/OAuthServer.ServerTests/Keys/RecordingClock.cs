using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Keys;

namespace OAuthServer.ServerTests.Keys;

/// <summary>
/// A fake clock that tells which waits were asked of it, so that a test lets time pass only once somebody waits.
/// </summary>
internal sealed class RecordingClock() : FakeTimeProvider(DateTimeOffset.UtcNow)
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    /// <summary>
    /// Whether somebody has waited for longer than the one and at most the other, other than at start-up.
    /// </summary>
    public bool HasWaited(TimeSpan above, TimeSpan most) =>
        _waits.Any(wait => wait > above && wait <= most && wait != KeyRefresher.StartupPatience);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Enqueue(dueTime);
        return timer;
    }
}
