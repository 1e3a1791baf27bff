using System.Diagnostics;
using System.Net.Sockets;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Load;

/// <summary>
/// A closed loop: every worker has a thread and a connection of its own and sends the next request when the last was
/// answered. Workers and connections live on from the warm-up to the measured run.
/// </summary>
internal sealed class LoadRun : IDisposable
{
    private const int StackBytes = 256 * 1024;
    private const int MostFaultsInARow = 20;

    private readonly MeasuredServer _server;
    private readonly HttpConnection[] _connections;
    private readonly IWorker[] _workers;

    /// <param name="worker">Makes a worker; all are made at the same time.</param>
    /// <exception cref="AggregateException">The server did not answer a worker's preparation as it should.</exception>
    public LoadRun(MeasuredServer server, int connections, Func<WorkerSeat, IWorker> worker)
    {
        _server = server;
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new HttpConnection(server.Address))];
        _workers = new IWorker[connections];
        OnThreads(index => _workers[index] = worker(new WorkerSeat(server, _connections[index], index, connections)));
    }

    /// <summary>
    /// Runs all workers for this long, or until they have nothing left to do; an operation that has begun is finished
    /// and counts.
    /// </summary>
    /// <exception cref="AggregateException">The server takes no connections any more.</exception>
    public LoadResult Run(TimeSpan length, CancellationToken ct)
    {
        var tallies = new WorkerTally[_workers.Length];
        var began = Stopwatch.GetTimestamp();
        var deadline = began + (long)(length.TotalSeconds * Stopwatch.Frequency);
        OnThreads(index => tallies[index] = Loop(index, deadline, ct));
        ct.ThrowIfCancellationRequested();
        return LoadResult.Of(Stopwatch.GetElapsedTime(began), tallies);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var connection in _connections) connection.Dispose();
    }

    private WorkerTally Loop(int index, long deadline, CancellationToken ct)
    {
        var tally = new WorkerTally();
        var faultsInARow = 0;
        while (!ct.IsCancellationRequested && faultsInARow < MostFaultsInARow)
        {
            var began = Stopwatch.GetTimestamp();
            if (began >= deadline) break;
            try
            {
                if (!_workers[index].RunOnce(_connections[index])) break;
                tally.Succeeded(Stopwatch.GetTimestamp() - began);
                faultsInARow = 0;
            }
            catch (Exception fault) when (fault is UnexpectedAnswerException or SocketException or IOException)
            {
                tally.Failed(fault.Message);
                faultsInARow++;
                if (fault is not UnexpectedAnswerException) Reconnect(index);
            }
        }

        return tally;
    }

    private void Reconnect(int index)
    {
        _connections[index].Dispose();
        _connections[index] = new HttpConnection(_server.Address);
    }

    // Threads of its own for each, so that no pool decides who waits.
    private void OnThreads(Action<int> work)
    {
        var failures = new Exception?[_connections.Length];
        var threads = _connections.Select((_, index) => new Thread(() =>
        {
            try
            {
                work(index);
            }
            catch (Exception failure)
            {
                failures[index] = failure;
            }
        }, StackBytes)).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        if (failures.OfType<Exception>().ToList() is { Count: > 0 } all) throw new AggregateException(all);
    }
}
