using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

/// <summary>A fake clock that tells which waits were asked of it, so that a test advances by exactly those.</summary>
internal sealed class WaitingClock : TimeProvider
{
    private readonly FakeTimeProvider _time = new();
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override long TimestampFrequency => _time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = _time.CreateTimer(callback, state, dueTime, period);
        if (dueTime != KeyRefresher.StartupPatience && dueTime > TimeSpan.Zero) _waits.Writer.TryWrite(dueTime);
        return timer;
    }

    public void Advance(TimeSpan by) => _time.Advance(by);

    /// <summary>The next wait, which is over when this returns.</summary>
    public async Task<TimeSpan> PassAsync()
    {
        var wait = await NextAsync();
        _time.Advance(wait);
        return wait;
    }

    /// <summary>The next wait, which goes on.</summary>
    public async Task<TimeSpan> NextAsync() =>
        await _waits.Reader.ReadAsync(TestContext.Current.CancellationToken)
            .AsTask()
            .WaitAsync(TimeSpan.FromSeconds(20));
}
