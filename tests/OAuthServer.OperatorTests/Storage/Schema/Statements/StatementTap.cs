using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OAuthServer.OperatorTests.Storage.Schema.Statements;

/// <summary>
/// Stands between a server and its PostgreSQL, passes every byte on, and notes the statements with their parameters: what is
/// noted is what was said, whoever said it. Only requests are read (PostgreSQL's protocol 3.0, without TLS).
/// </summary>
internal sealed class StatementTap : IAsyncDisposable
{
    private const int StartupRequest = 3 << 16;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<SaidStatement> _said = [];
    private readonly List<Task> _connections = [];
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;

    /// <param name="host">PostgreSQL's.</param>
    /// <param name="port">PostgreSQL's.</param>
    public StatementTap(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where to connect to instead.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Every statement that was run so far, in order, as often as it was.</summary>
    public IReadOnlyList<SaidStatement> Said
    {
        get
        {
            lock (_said) return [.. _said];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll([_accepting, .. _connections]);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            using (var database = new TcpClient { NoDelay = true })
            {
                client.NoDelay = true;
                await database.ConnectAsync(_host, _port, _stop.Token);
                var answers = database.GetStream().CopyToAsync(client.GetStream(), _stop.Token);
                await Task.WhenAny(ReadAsync(client.GetStream(), database.GetStream()), answers);
            }
        }
        catch (Exception end) when (end is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two has gone.
        }
    }

    private async Task ReadAsync(NetworkStream from, NetworkStream to)
    {
        // Before its startup packet a client may ask for other things, in packets without a type.
        for (var code = 0; code != StartupRequest;) code = BinaryPrimitives.ReadInt32BigEndian((await PassAsync(from, to, headLength: 4)).AsSpan(4));
        var parsed = new Dictionary<string, (string Sql, uint[] Types)>(StringComparer.Ordinal);
        while (true)
        {
            var message = await PassAsync(from, to, headLength: 5);
            var reader = new MessageReader(message.AsMemory(5));
            if (message[0] == 'P') parsed[reader.Text()] = (reader.Text(), reader.Oids());
            else if (message[0] == 'B') Note(parsed, reader);
        }
    }

    private void Note(Dictionary<string, (string Sql, uint[] Types)> parsed, MessageReader bind)
    {
        bind.Text();
        var (sql, types) = parsed[bind.Text()];
        var said = new SaidStatement(sql, types, bind.Values());
        lock (_said) _said.Add(said);
    }

    private async Task<byte[]> PassAsync(NetworkStream from, NetworkStream to, int headLength)
    {
        var head = new byte[headLength];
        await from.ReadExactlyAsync(head, _stop.Token);
        var message = new byte[headLength - 4 + BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(headLength - 4))];
        head.CopyTo(message, 0);
        await from.ReadExactlyAsync(message.AsMemory(headLength), _stop.Token);
        await to.WriteAsync(message, _stop.Token);
        return message;
    }

    /// <summary>The fields of one message, in their order.</summary>
    private sealed class MessageReader(ReadOnlyMemory<byte> rest)
    {
        public string Text()
        {
            var end = rest.Span.IndexOf((byte)0);
            var text = Encoding.UTF8.GetString(rest.Span[..end]);
            rest = rest[(end + 1)..];
            return text;
        }

        public uint[] Oids() => [.. Enumerable.Range(0, Short()).Select(_ => (uint)Int())];

        public SaidValue[] Values()
        {
            var formats = Enumerable.Range(0, Short()).Select(_ => Short()).ToArray();
            return [.. Enumerable.Range(0, Short()).Select(index => new SaidValue(Value(), formats.Length switch { 0 => false, 1 => formats[0] == 1, _ => formats[index] == 1 }))];
        }

        private byte[]? Value()
        {
            var length = Int();
            if (length < 0) return null;
            var value = rest[..length].ToArray();
            rest = rest[length..];
            return value;
        }

        private short Short()
        {
            var number = BinaryPrimitives.ReadInt16BigEndian(rest.Span);
            rest = rest[2..];
            return number;
        }

        private int Int()
        {
            var number = BinaryPrimitives.ReadInt32BigEndian(rest.Span);
            rest = rest[4..];
            return number;
        }
    }
}
