using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OAuthServer.Bench.Load;

/// <summary>
/// A closed loop: every worker has a thread and a connection of its own and sends the next request when the last was
/// answered. Workers and connections live on from the warm-up to the measured run.
/// </summary>
internal sealed class LoadRun : IDisposable
{
    private const int MostFaultsInARow = 20;

    private readonly IPEndPoint _address;
    private readonly IWorker[] _workers;
    private readonly HttpConnection[] _connections;

    /// <param name="worker">Makes a worker; its first requests, which nobody measures, go over its connection.</param>
    public LoadRun(IPEndPoint address, int connections, Func<HttpConnection, IWorker> worker)
    {
        _address = address;
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new HttpConnection(address))];
        _workers = [.. _connections.Select(worker)];
    }

    /// <summary>Runs all workers for this long; an operation that has begun is finished and counts.</summary>
    public LoadResult Run(TimeSpan length, CancellationToken ct)
    {
        using var start = new ManualResetEventSlim();
        var deadline = 0L;
        var tallies = new WorkerTally[_workers.Length];
        var threads = _workers.Select((_, index) => new Thread(() =>
        {
            start.Wait(CancellationToken.None);
            tallies[index] = Loop(index, Volatile.Read(ref deadline), ct);
        }, 256 * 1024)).ToArray();
        foreach (var thread in threads) thread.Start();
        var began = Stopwatch.GetTimestamp();
        Volatile.Write(ref deadline, began + (long)(length.TotalSeconds * Stopwatch.Frequency));
        start.Set();
        foreach (var thread in threads) thread.Join();
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
            var fault = Once(index);
            if (fault is null) tally.Succeeded(Stopwatch.GetTimestamp() - began);
            else tally.Failed(fault);
            faultsInARow = fault is null ? 0 : faultsInARow + 1;
        }

        return tally;
    }

    private string? Once(int index)
    {
        try
        {
            _workers[index].RunOnce(_connections[index]);
            return null;
        }
        catch (UnexpectedAnswerException unexpected)
        {
            return unexpected.Message;
        }
        catch (Exception broken) when (broken is SocketException or IOException)
        {
            return Reconnect(index) ?? broken.Message;
        }
    }

    private string? Reconnect(int index)
    {
        try
        {
            _connections[index].Dispose();
            _connections[index] = new HttpConnection(_address);
            return null;
        }
        catch (SocketException refused)
        {
            return refused.Message;
        }
    }
}
