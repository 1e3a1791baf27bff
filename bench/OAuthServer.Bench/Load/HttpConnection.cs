using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace OAuthServer.Bench.Load;

/// <summary>
/// One keep-alive connection, blocking: a thread sends a request and waits for its answer. An HTTP/1.1 client of a few
/// dozen lines, because a general one would take more of the machine than some of the servers under load.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };
    private byte[] _buffer = new byte[32 * 1024];
    private int _filled;

    /// <exception cref="SocketException">Nobody listens there.</exception>
    public HttpConnection(IPEndPoint address)
    {
        _socket.ReceiveTimeout = _socket.SendTimeout = (int)Patience.TotalMilliseconds;
        _socket.Connect(address);
    }

    /// <summary>Sends a whole request and reads the whole answer, which is good until the next call.</summary>
    /// <exception cref="SocketException">The connection broke, or no answer came within 30 seconds.</exception>
    /// <exception cref="IOException">The server closed the connection, or what came is no HTTP.</exception>
    public HttpReply Send(ReadOnlySpan<byte> request)
    {
        while (!request.IsEmpty) request = request[_socket.Send(request)..];
        _filled = 0;
        var head = ReadHead();
        if (!Utf8Parser.TryParse(_buffer.AsSpan(Math.Min(9, head), 3), out int status, out _))
            throw new IOException("The answer is no HTTP.");
        var body = BodyLength(status, head);
        return new HttpReply(status, _buffer.AsMemory(0, head), _buffer.AsMemory(head, body));
    }

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();

    private int ReadHead()
    {
        while (true)
        {
            Receive();
            var end = _buffer.AsSpan(0, _filled).IndexOf(EndOfHead);
            if (end >= 0) return end + EndOfHead.Length;
        }
    }

    private int BodyLength(int status, int head)
    {
        if (status is 204 or 304) return 0;
        var lengthText = new HttpReply(status, _buffer.AsMemory(0, head), default).Header("Content-Length"u8);
        if (!Utf8Parser.TryParse(lengthText, out int length, out _)) return ReadChunks(head);
        while (_filled < head + length) Receive();
        return length;
    }

    // Moves the chunks together, over their own size lines (RFC 9112 section 7.1).
    private int ReadChunks(int head)
    {
        var (read, written) = (head, head);
        while (true)
        {
            var line = ReadLine(read);
            if (!Utf8Parser.TryParse(_buffer.AsSpan(read, line), out int size, out _, 'x'))
                throw new IOException("A chunk has no size.");
            read += line + 2;
            while (_filled < read + size + 2) Receive();
            if (size == 0) return written - head;
            _buffer.AsSpan(read, size).CopyTo(_buffer.AsSpan(written));
            read += size + 2;
            written += size;
        }
    }

    private int ReadLine(int from)
    {
        while (true)
        {
            var end = _buffer.AsSpan(from, _filled - from).IndexOf("\r\n"u8);
            if (end >= 0) return end;
            Receive();
        }
    }

    private void Receive()
    {
        if (_filled == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var count = _socket.Receive(_buffer.AsSpan(_filled));
        if (count == 0) throw new IOException("The server closed the connection.");
        _filled += count;
    }
}
