using System.Text;
using System.Text.Json;

namespace OAuthServer.Bench.Load;

/// <summary>An answer, in the connection's own buffer: read what is needed before the next request.</summary>
/// <param name="Head">Status line and headers.</param>
internal readonly record struct HttpReply(int Status, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Body)
{
    /// <summary>
    /// The value of a header, empty when there is none. Names are compared as servers write them, without case.
    /// </summary>
    public ReadOnlySpan<byte> Header(ReadOnlySpan<byte> name)
    {
        var rest = Head.Span;
        while (rest.IndexOf("\r\n"u8) is var end and > 0)
        {
            var line = rest[..end];
            rest = rest[(end + 2)..];
            if (line.Length > name.Length && line[name.Length] == (byte)':'
                && Ascii.EqualsIgnoreCase(line[..name.Length], name))
                return line[(name.Length + 1)..].Trim((byte)' ');
        }

        return default;
    }

    /// <summary>A text member of a JSON object; null when it is not there.</summary>
    public string? Member(ReadOnlySpan<byte> name)
    {
        var json = new Utf8JsonReader(Body.Span);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 1 || !json.ValueTextEquals(name))
                continue;
            return json.Read() && json.TokenType == JsonTokenType.String ? json.GetString() : null;
        }

        return null;
    }

    /// <summary>For a message: the status and the beginning of the body.</summary>
    public override string ToString() => $"{Status} {Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, 300)])}";
}
