using System.Globalization;
using System.Text;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>An answer to bytes that no HTTP library would send.</summary>
/// <param name="Status">0 when the server closed the connection without an answer.</param>
/// <param name="Headers">The header lines.</param>
/// <param name="Body">As it came, chunks and all.</param>
internal sealed record RawReply(int Status, IReadOnlyList<string> Headers, string Body)
{
    /// <summary>The value of a header, or null.</summary>
    public string? this[string name] =>
        Headers.FirstOrDefault(h => h.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..]
            .Trim();
}

/// <summary>Sends requests byte by byte, as the trusted proxy would.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>GET with a request target as it is; characters are sent as Latin-1 bytes.</summary>
    public static Task<RawReply> GetAsync(TestServer server, string target) =>
        SendAsync(server, Head(server, "GET", target, string.Empty));

    /// <summary>A form POST with a body as it is; characters are sent as Latin-1 bytes.</summary>
    public static Task<RawReply> PostAsync(TestServer server, string target, string body) =>
        SendAsync(
            server,
            Head(
                server,
                "POST",
                target,
                $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                    + $"{body.Length.ToString(CultureInfo.InvariantCulture)}\r\n") + body);

    /// <summary>Begins a chunked form POST that never ends, and waits for the answer after the first chunks.</summary>
    public static async Task<RawReply> PostEndlessAsync(TestServer server, string target, int chunks, int chunkSize)
    {
        var body = new StringBuilder();
        for (var i = 0; i < chunks; i++)
            body.Append(CultureInfo.InvariantCulture, $"{chunkSize:X}\r\n").Append('a', chunkSize).Append("\r\n");
        return await SendAsync(
            server,
            Head(
                server,
                "POST",
                target,
                "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n") + body);
    }

    /// <summary>Announces a form body of this length in bytes and sends none of it.</summary>
    public static Task<RawReply> PostAnnouncedAsync(TestServer server, string target, long length) =>
        SendAsync(
            server,
            Head(server, "POST", target, string.Create(
                CultureInfo.InvariantCulture,
                $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n")));

    /// <summary>Sends these bytes and reads the answer to its end.</summary>
    public static async Task<RawReply> SendAsync(TestServer server, string latin1)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await using var stream = await server.ConnectAsync(deadline.Token);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(latin1), deadline.Token);
        var text = await ReadAsync(stream, deadline.Token);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return new RawReply(0, [], text);
        var lines = text[..end].Split("\r\n");
        return new RawReply(
            int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), lines[1..], text[(end + 4)..]);
    }

    private static string Head(TestServer server, string method, string target, string headers) =>
        $"{method} {target} HTTP/1.1\r\nHost: {server.Address.Authority}\r\nX-Forwarded-Proto: https\r\nConnection: "
            + $"close\r\n{headers}\r\n";

    // Stops at the announced length too: an endless request keeps its connection open.
    private static async Task<string> ReadAsync(Stream stream, CancellationToken ct)
    {
        using var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while (!IsWhole(Encoding.Latin1.GetString(received.GetBuffer(), 0, (int)received.Length))
                && (read = await stream.ReadAsync(buffer, ct)) > 0) received.Write(buffer, 0, read);
        }
        catch (IOException)
        {
            // A reset after the answer; what was received counts.
        }

        return Encoding.UTF8.GetString(received.ToArray());
    }

    private static bool IsWhole(string text)
    {
        const string name = "\r\nContent-Length: ";
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (end < 0 || at < 0 || at > end) return false;
        var from = at + name.Length;
        var length = int.Parse(
            text.AsSpan(from, text.IndexOf("\r\n", from, StringComparison.Ordinal) - from),
            CultureInfo.InvariantCulture);
        return text.Length >= end + 4 + length;
    }
}
