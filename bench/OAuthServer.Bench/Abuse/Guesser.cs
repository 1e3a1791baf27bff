using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using OAuthServer.Bench.Load;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Abuse;

/// <summary>
/// Guesses at a fixed rate, whether or not earlier guesses were answered, until it is told to stop; a guess goes out
/// late only when all connections wait for an answer.
/// </summary>
internal sealed class Guesser(MeasuredServer server, Attack attack, int perSecond)
{
    private const int Connections = 64;
    private const int StackBytes = 256 * 1024;

    private readonly ConcurrentQueue<Answer> _answers = new();
    private int _number;

    /// <summary>What the guesses got, in the order in which answers came.</summary>
    public IReadOnlyList<Answer> Answers => [.. _answers];

    /// <summary>Guesses until cancelled, or until the limit is reached.</summary>
    public async Task RunAsync(TimeSpan limit, CancellationToken stop)
    {
        var guess = attack.Prepare(server);
        var began = Stopwatch.GetTimestamp();
        var most = (int)(limit.TotalSeconds * perSecond);
        await Task.WhenAll(
            Enumerable.Range(0, Connections).Select(_ => OnThread(() => Loop(guess, began, most, stop))));
    }

    private void Loop(Func<int, Guess> guess, long began, int most, CancellationToken stop)
    {
        var connection = new HttpConnection(server.Address);
        try
        {
            while (Interlocked.Increment(ref _number) is var number && number <= most)
            {
                var due = TimeSpan.FromSeconds((double)number / perSecond) - Stopwatch.GetElapsedTime(began);
                if (stop.IsCancellationRequested || (due > TimeSpan.Zero && stop.WaitHandle.WaitOne(due))) return;
                var status = connection.Send(attack.Request(guess(number), number)).Status;
                _answers.Enqueue(new Answer(Stopwatch.GetElapsedTime(began), status));
            }
        }
        catch (Exception broken) when (broken is SocketException or IOException)
        {
            // A guesser that was thrown out does not come back; fewer answers than guesses show it.
        }
        finally
        {
            connection.Dispose();
        }
    }

    private static Task OnThread(Action work)
    {
        var done = new TaskCompletionSource();
        new Thread(() =>
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        }, StackBytes).Start();
        return done.Task;
    }
}

/// <summary>What a guess got.</summary>
/// <param name="At">Since the first.</param>
internal sealed record Answer(TimeSpan At, int Status)
{
    private const int TooManyRequests = 429;

    /// <summary>The guess was judged: it was not turned away unseen.</summary>
    public bool IsTry => Status != TooManyRequests;
}
