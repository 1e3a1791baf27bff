namespace OAuthServer.Testing;

/// <summary>
/// The system's time, but a rest of half a second or less takes a twentieth: for tests that are refused many times and
/// do not ask how long it took.
/// </summary>
public sealed class HurriedTime : TimeProvider
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(
            callback, state, dueTime > TimeSpan.Zero && dueTime <= Longest ? dueTime / 20 : dueTime, period);
}
