using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OAuthServer.Bench.Load;
using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Servers;

/// <summary>Waits until a server that was just started answers.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Asks every 10 ms. The answer is the time since <paramref name="started"/>, a stopwatch timestamp.
    /// </summary>
    /// <exception cref="InvalidOperationException">The process ended, or was not ready within a minute; with its last
    /// words.</exception>
    public static async Task<TimeSpan> WaitAsync(
        ChildProcess process, IPEndPoint address, string route, string headers, long started, CancellationToken ct)
    {
        var request = HttpRequestBytes.Get(route, headers);
        while (!IsReady(address, request))
        {
            var waited = Stopwatch.GetElapsedTime(started);
            if (process.HasExited || waited > Patience)
                throw new InvalidOperationException(
                    $"A server is not ready after {waited.TotalSeconds:0} "
                        + $"s:{Environment.NewLine}{process.LastWords()}");
            await Task.Delay(Pause, ct);
        }

        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>A loopback port that nobody listens on.</summary>
    public static IPEndPoint FreeAddress()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return (IPEndPoint)probe.LocalEndpoint;
    }

    private static bool IsReady(IPEndPoint address, byte[] request)
    {
        try
        {
            using var connection = new HttpConnection(address);
            return connection.Send(request).Status == 200;
        }
        catch (Exception refused) when (refused is SocketException or IOException)
        {
            return false;
        }
    }
}
