namespace OAuthServer.Storage;

/// <summary>
/// Lets the thread pool grow at once while the database hangs. Npgsql asks it to cancel each statement that took too
/// long, and holds a thread for as long as it gets no answer; the pool alone would add one thread in half a second,
/// and until then nothing is answered, not even what is in memory.
/// </summary>
internal sealed class ThreadReserve(StatementsUnderWay statements, TimeProvider clock) : BackgroundService
{
    // More than a pool of connections usually has.
    private const int MostThreads = 200;

    // Several times within the shortest timeout of a statement.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ThreadPool.GetMinThreads(out var usual, out var completionPorts);
        var (ended, reserved) = (statements.Ended, 0);
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var (before, waiting) = (ended, statements.Count);
                ended = statements.Ended;
                // It hangs when fewer have ended than are still under way.
                var needed = ended - before < waiting ? Math.Min(waiting, MostThreads) : 0;
                if (needed != reserved) ThreadPool.SetMinThreads(usual + needed, completionPorts);
                reserved = needed;
            }
        }
        finally
        {
            if (reserved > 0) ThreadPool.SetMinThreads(usual, completionPorts);
        }
    }
}
