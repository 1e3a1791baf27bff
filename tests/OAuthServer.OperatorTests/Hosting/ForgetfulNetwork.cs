using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>
/// Passes bytes on to a port of this machine, as late as a database that is far away, and can forget its connections as
/// a firewall does: a reset.
/// </summary>
internal sealed class ForgetfulNetwork : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;
    private readonly int _target;
    private readonly TimeSpan _roundTrip;

    /// <param name="target">The port.</param>
    /// <param name="roundTrip">How much later an answer comes.</param>
    public ForgetfulNetwork(int target, TimeSpan roundTrip = default)
    {
        (_target, _roundTrip) = (target, roundTrip);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Resets every connection that there is.</summary>
    public void Forget()
    {
        while (_sockets.TryTake(out var socket))
        {
            socket.LingerState = new(enable: true, seconds: 0);
            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Forget();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync();
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await far.ConnectAsync(IPAddress.Loopback, _target);
                _sockets.Add(near);
                _sockets.Add(far);
                _ = PassOnAsync(near, far, _roundTrip);
                _ = PassOnAsync(far, near, TimeSpan.Zero);
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task PassOnAsync(Socket from, Socket to, TimeSpan late)
    {
        try
        {
            await using var reader = new NetworkStream(from);
            await using var writer = new NetworkStream(to);
            var bytes = new byte[81920];
            while (await reader.ReadAsync(bytes) is > 0 and var count)
            {
                if (late > TimeSpan.Zero) await Task.Delay(late);
                await writer.WriteAsync(bytes.AsMemory(0, count));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception forgotten) when (forgotten is IOException or ObjectDisposedException or SocketException)
        {
            // As asked.
        }
    }
}
