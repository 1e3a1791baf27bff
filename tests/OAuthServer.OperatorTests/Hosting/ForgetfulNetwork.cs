using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>Passes bytes on to a port of this machine, and can forget its connections as a firewall does: a reset.</summary>
internal sealed class ForgetfulNetwork : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;
    private readonly int _target;

    public ForgetfulNetwork(int target)
    {
        _target = target;
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
                _ = PassOnAsync(near, far);
                _ = PassOnAsync(far, near);
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task PassOnAsync(Socket from, Socket to)
    {
        try
        {
            await using var reader = new NetworkStream(from);
            await using var writer = new NetworkStream(to);
            await reader.CopyToAsync(writer);
        }
        catch (Exception forgotten) when (forgotten is IOException or ObjectDisposedException or SocketException)
        {
            // As asked.
        }
    }
}
