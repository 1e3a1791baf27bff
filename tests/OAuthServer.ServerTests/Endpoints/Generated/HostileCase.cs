using System.Globalization;
using System.Text;

namespace OAuthServer.ServerTests.Endpoints.Generated;

/// <summary>A request with one or two parts spoilt.</summary>
/// <param name="Target">Which parts.</param>
/// <param name="First">What is done to the first.</param>
/// <param name="Second">What is done to the second, when there is one.</param>
/// <param name="Pick">Which of the right values the other parts have.</param>
internal sealed record HostileCase(Target Target, Spoiler First, Spoiler Second, int Pick)
{
    /// <summary>The first header lines of a request that the trusted proxy passes on.</summary>
    public const string ProxyLines = "Host: as.example.test\r\nX-Forwarded-Proto: https\r\n";

    private const string Unreserved = "-._~";

    /// <summary>The whole request, ready to be sent.</summary>
    /// <param name="firstLines">The first header lines.</param>
    /// <param name="origin">Before the path, for a target in absolute form (RFC 9112 §3.2.2).</param>
    public byte[] ToBytes(string firstLines = ProxyLines, string origin = "")
    {
        var endpoint = Target.Endpoint;
        var parameters = Parameters();
        var post = endpoint.Method == "POST";
        var query = post
            ? SpoilerOf(HostileEndpoint.Query) is { } spoiler ? Encoded(spoiler, spoiler.Bytes) : []
            : parameters;
        using var request = new MemoryStream();
        Write(request, $"{endpoint.Method} {origin}{endpoint.Route}");
        if (query.Length > 0) Write(request, "?");
        request.Write(query);
        Write(request, " HTTP/1.1\r\n" + firstLines);
        foreach (var (name, value) in Headers())
        {
            Write(request, name + ": ");
            request.Write(value);
            Write(request, "\r\n");
        }

        if (post)
            Write(request, string.Create(CultureInfo.InvariantCulture, $"Content-Length: {parameters.Length}\r\n"));
        Write(request, "\r\n");
        if (post) request.Write(parameters);
        return request.ToArray();
    }

    public override string ToString() => $"""
        {Target}
          {Target.First}: {First}
          {(Target.Second is null ? "(alone)" : $"{Target.Second}: {Second}")}
          as sent: {Shown(ToBytes())}
        """;

    private byte[] Parameters()
    {
        using var sent = new MemoryStream();
        foreach (var part in Target.Endpoint.Parameters)
        {
            var spoiler = SpoilerOf(part.Name);
            var right = Right(part) is { } value ? Encoding.UTF8.GetBytes(value) : null;
            if (spoiler is null)
            {
                if (right is not null) Add(sent, part.Name, Encode(right));
                continue;
            }

            AddSpoilt(sent, part.Name, right ?? [], spoiler);
        }

        return sent.ToArray();
    }

    private static void AddSpoilt(MemoryStream sent, string name, byte[] right, Spoiler spoiler)
    {
        var hostile = Encoded(spoiler, spoiler.Bytes);
        switch (spoiler.Way)
        {
            case Way.Instead: Add(sent, name, hostile); break;
            case Way.Within:
                Add(sent, name, [
                    .. Encode(right.AsSpan(0, right.Length / 2)), .. hostile, .. Encode(right.AsSpan(right.Length / 2)),
                ]);
                break;
            case Way.Twice:
                Add(sent, name, Encode(right));
                Add(sent, name, hostile);
                break;
            case Way.Array: Add(sent, name + "[]", hostile); break;
            case Way.Indexed: Add(sent, name + "[0]", hostile); break;
            case Way.Name: Add(sent, name + Encoding.Latin1.GetString(hostile), Encode(right)); break;
            case Way.Absent: break;
            default: throw new InvalidOperationException();
        }
    }

    private IEnumerable<(string Name, byte[] Value)> Headers()
    {
        var endpoint = Target.Endpoint;
        var right = endpoint.Headers.ToDictionary(
            h => h.Name, h => Encoding.Latin1.GetBytes(h.Values[Pick % h.Values.Count]), StringComparer.Ordinal);
        if (endpoint.Method == "POST") right["Content-Type"] = Encoding.ASCII.GetBytes(HostileEndpoint.FormType);
        foreach (var name in right.Keys.Union(endpoint.Spoilable.Where(n => char.IsUpper(n[0]))))
        {
            var value = right.GetValueOrDefault(name) ?? [];
            if (SpoilerOf(name) is not { } spoiler)
            {
                if (value.Length > 0) yield return (name, value);
                continue;
            }

            // A line end would begin another header or the body: another request, not another value.
            byte[] hostile = [.. (spoiler.Raw ? spoiler.Bytes : Encode(spoiler.Bytes)).Where(
                b => b is not ((byte)'\r' or (byte)'\n'))];
            if (spoiler.Way is Way.Absent) continue;
            if (spoiler.Way is Way.Twice or Way.Array) yield return (name, value);
            yield return (
                name,
                spoiler.Way is Way.Within or Way.Indexed
                    ? [.. value[..(value.Length / 2)], .. hostile, .. value[(value.Length / 2)..]]
                    : hostile);
        }
    }

    private Spoiler? SpoilerOf(string name) => name == Target.First ? First : name == Target.Second ? Second : null;

    private string? Right(Part part) => part.Values.Count == 0 ? null : part.Values[Pick % part.Values.Count];

    private static void Add(MemoryStream sent, string name, ReadOnlySpan<byte> value)
    {
        if (sent.Length > 0) Write(sent, "&");
        Write(sent, name + "=");
        sent.Write(value);
    }

    private static void Write(MemoryStream sent, string latin1) => sent.Write(Encoding.Latin1.GetBytes(latin1));

    private static byte[] Encoded(Spoiler spoiler, byte[] value) => spoiler.Raw ? value : Encode(value);

    private static byte[] Encode(ReadOnlySpan<byte> value)
    {
        using var encoded = new MemoryStream(value.Length);
        foreach (var b in value)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || Unreserved.Contains((char)b, StringComparison.Ordinal))
                encoded.WriteByte(b);
            else Write(encoded, $"%{b:X2}");
        }

        return encoded.ToArray();
    }

    private static string Shown(byte[] request)
    {
        const int most = 4000;
        var text = string.Concat(request.Take(most).Select(b => b is >= 0x20 and < 0x7F or (byte)'\n'
            ? ((char)b).ToString()
            : b == '\r' ? "" : $"\\x{b:X2}"));
        return request.Length > most ? $"{text}… ({request.Length} bytes)" : text;
    }
}
