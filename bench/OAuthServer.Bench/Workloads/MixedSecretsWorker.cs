using System.Diagnostics;
using OAuthServer.Bench.Load;

namespace OAuthServer.Bench.Workloads;

/// <summary>
/// Refreshes with the right secret, while the first of the workers also sends a wrong one, once a second: the client's
/// remembered secret must not be forgotten for it. The wrong one pays the slow hash, which shows in processor time.
/// </summary>
internal sealed class MixedSecretsWorker(WorkerSeat seat) : IWorker
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly RefreshWorker _refresh = new(seat);
    private readonly TokenCaller _caller = new(seat.Server);
    private long _lastGuess = Stopwatch.GetTimestamp();

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection)
    {
        if (seat.Index > 0 || Stopwatch.GetElapsedTime(_lastGuess) < Pace) return _refresh.RunOnce(connection);
        _caller.RefreshWithWrongSecret(connection);
        _lastGuess = Stopwatch.GetTimestamp();
        return true;
    }
}
