using System.Collections.Concurrent;
using System.Diagnostics;
using OAuthServer.Bench.Load;

namespace OAuthServer.Bench.Sweep;

/// <summary>
/// Lets callers send so many requests a second, whoever is free the next. A request's time begins when it was due: one
/// that had to wait for a caller, since all were waiting for answers, waited.
/// </summary>
internal sealed class Pace(int perSecond)
{
    private readonly ConcurrentBag<long> _times = [];
    private readonly long _began = Stopwatch.GetTimestamp();
    private long _sent = -1;

    /// <summary>Of the requests that were answered as they should.</summary>
    public Latency Latency
    {
        get
        {
            long[] sorted = [.. _times];
            Array.Sort(sorted);
            return Latency.Of(sorted);
        }
    }

    /// <summary>A caller at this pace.</summary>
    public IWorker Of(IWorker worker) => new Paced(this, worker);

    private long Due() => _began + (Interlocked.Increment(ref _sent) * Stopwatch.Frequency / perSecond);

    private sealed class Paced(Pace pace, IWorker worker) : IWorker
    {
        /// <inheritdoc />
        public bool RunOnce(HttpConnection connection)
        {
            var due = pace.Due();
            var early = due - Stopwatch.GetTimestamp();
            if (early > 0) Thread.Sleep(TimeSpan.FromSeconds((double)early / Stopwatch.Frequency));
            var more = worker.RunOnce(connection);
            pace._times.Add(Stopwatch.GetTimestamp() - due);
            return more;
        }
    }
}
