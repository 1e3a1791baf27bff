using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>An answer as it came over the wire.</summary>
/// <param name="Status">0 when the server closed the connection without one.</param>
/// <param name="Head">The header lines, without the status line, as Latin-1.</param>
/// <param name="Body">The content, without the chunks' frames.</param>
internal sealed record RawAnswer(int Status, IReadOnlyList<string> Head, byte[] Body)
{
    /// <summary>Nothing at all.</summary>
    public static readonly RawAnswer Nothing = new(0, [], []);

    /// <summary>The content as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The value of a header, or null.</summary>
    public string? this[string name] =>
        Head.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length
            + 1)..].Trim();

    /// <summary>Whether the server keeps the connection.</summary>
    public bool StaysOpen =>
        Status != 0 && !string.Equals(this["Connection"], "close", StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// An HTTP/1.1 connection that sends bytes as they are and is used again for as long as the server keeps it. For one
/// thread.
/// </summary>
internal sealed class RawConnection(Uri address, X509Certificate2? certificate = null) : IDisposable
{
    private const int Deadline = 30_000;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private Stream? _stream;
    private int _from;
    private int _to;

    /// <summary>Sends one request and reads its answer.</summary>
    public RawAnswer Send(ReadOnlySpan<byte> request)
    {
        var reused = _stream is not null;
        var answer = SendOnce(request);
        // An idle connection may have been closed in the meantime; a new one cannot have been.
        return answer.Status == 0 && reused ? SendOnce(request) : answer;
    }

    public void Dispose() => Close();

    private RawAnswer SendOnce(ReadOnlySpan<byte> request)
    {
        _stream ??= Open();
        try
        {
            _stream.Write(request);
        }
        catch (IOException)
        {
            // Refused before it was sent to its end; the answer may be there all the same.
        }

        var answer = RawAnswer.Nothing;
        try
        {
            answer = Read();
        }
        catch (IOException broken)
            when (broken.InnerException is not SocketException { SocketErrorCode: SocketError.TimedOut })
        {
            // Reset by the server.
        }

        if (!answer.StaysOpen) Close();
        return answer;
    }

    private Stream Open()
    {
        var client = new TcpClient { NoDelay = true, ReceiveTimeout = Deadline, SendTimeout = Deadline };
        client.Connect(address.Host, address.Port);
        if (address.Scheme != Uri.UriSchemeHttps) return client.GetStream();
        var secure = new SslStream(client.GetStream());
        secure.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = address.Host,
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && certificate is not null
                && shown.Equals(certificate),
        });
        return secure;
    }

    private void Close()
    {
        _stream?.Dispose();
        (_stream, _from, _to) = (null, 0, 0);
    }

    private RawAnswer Read()
    {
        if (ReadLine() is not { } statusLine) return RawAnswer.Nothing;
        var status = int.Parse(statusLine.Split(' ')[1], CultureInfo.InvariantCulture);
        var head = new List<string>();
        while (ReadLine() is { Length: > 0 } line) head.Add(line);
        var answer = new RawAnswer(status, head, []);
        if (status is 204 or 304) return answer;
        return answer with
        {
            Body = string.Equals(answer["Transfer-Encoding"], "chunked", StringComparison.OrdinalIgnoreCase)
                ? ReadChunks()
                : ReadBytes(int.Parse(answer["Content-Length"] ?? "0", CultureInfo.InvariantCulture)),
        };
    }

    private byte[] ReadChunks()
    {
        using var body = new MemoryStream();
        while (int.Parse(
            ReadLine() ?? throw new IOException("The answer ended within its chunks."),
            NumberStyles.HexNumber,
            CultureInfo.InvariantCulture) is > 0 and var length)
        {
            body.Write(ReadBytes(length));
            ReadLine();
        }

        ReadLine();
        return body.ToArray();
    }

    private byte[] ReadBytes(int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            if (_from == _to && !Fill()) throw new IOException("The answer ended before its length.");
            var part = Math.Min(length - at, _to - _from);
            _buffer.AsSpan(_from, part).CopyTo(bytes.AsSpan(at));
            (_from, at) = (_from + part, at + part);
        }

        return bytes;
    }

    private string? ReadLine()
    {
        var line = new StringBuilder();
        while (_from < _to || Fill())
        {
            var end = _buffer.AsSpan(_from, _to - _from).IndexOf((byte)'\n');
            var part = end < 0 ? _to - _from : end;
            line.Append(Encoding.Latin1.GetString(_buffer, _from, part));
            _from += end < 0 ? part : part + 1;
            if (end >= 0) return line.ToString().TrimEnd('\r');
        }

        return null;
    }

    private bool Fill()
    {
        (_from, _to) = (0, _stream!.Read(_buffer));
        return _to > 0;
    }
}
