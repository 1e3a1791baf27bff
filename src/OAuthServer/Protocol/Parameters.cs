using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace OAuthServer.Protocol;

/// <summary>
/// Parameters in <c>application/x-www-form-urlencoded</c> (RFC 6749 Appendix B). A broken escape or broken UTF-8 fails
/// the whole request (docs/decisions/011-strict-form-reading-by-hand.md). An empty value counts as absent (RFC 6749
/// §3.1, §3.2). Values may be secrets and are never printed.
/// </summary>
internal sealed class Parameters
{
    /// <summary>More names than any request of ours has.</summary>
    public const int MostParameters = 100;

    private static readonly UTF8Encoding StrictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Append(0x7F).Select(c => (char)c)]);

    private readonly List<KeyValuePair<string, string>> _pairs;

    private Parameters(List<KeyValuePair<string, string>> pairs) => _pairs = pairs;

    /// <summary>The value of the first occurrence, or null when the parameter is absent or empty.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in _pairs)
            {
                if (string.Equals(key, name, StringComparison.Ordinal)) return value.Length == 0 ? null : value;
            }

            return null;
        }
    }

    /// <summary>
    /// Reads an encoded query or body; false when an escape, the UTF-8 or the number of parameters is bad.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out Parameters? parameters)
    {
        parameters = null;
        var pairs = new List<KeyValuePair<string, string>>(8);
        foreach (var range in encoded.Split((byte)'&'))
        {
            var pair = encoded[range];
            if (pair.IsEmpty) continue;
            if (pairs.Count == MostParameters) return false;
            var equals = pair.IndexOf((byte)'=');
            var rawName = equals < 0 ? pair : pair[..equals];
            var rawValue = equals < 0 ? default : pair[(equals + 1)..];
            if (!TryDecode(rawName, out var name) || !TryDecode(rawValue, out var value)) return false;
            pairs.Add(new(name, value));
        }

        parameters = new(pairs);
        return true;
    }

    /// <summary>Decodes one form-encoded piece, for instance a half of Basic credentials (RFC 6749 §2.3.1).</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(encoded.Length, 1));
        try
        {
            var length = 0;
            for (var i = 0; i < encoded.Length; i++)
            {
                var b = encoded[i];
                if (b == '%')
                {
                    if (i + 2 >= encoded.Length || !IsHex(encoded[i + 1]) || !IsHex(encoded[i + 2])) return false;
                    b = (byte)((Value(encoded[i + 1]) << 4) | Value(encoded[i + 2]));
                    i += 2;
                }
                else if (b == '+')
                {
                    b = (byte)' ';
                }

                buffer[length++] = b;
            }

            decoded = StrictUtf8.GetString(buffer, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>The first of the known parameters that occurs more than once (RFC 6749 §3.1, §3.2), or null.</summary>
    public string? Repeated(params ReadOnlySpan<string> known)
    {
        foreach (var name in known)
        {
            if (Count(name) > 1) return name;
        }

        return null;
    }

    /// <summary>Every value of a parameter that may be repeated; empty ones count as absent.</summary>
    public IReadOnlyList<string> All(string name) =>
        [.. _pairs.Where(pair => pair.Key == name && pair.Value.Length > 0).Select(pair => pair.Value)];

    public int Count(string name)
    {
        var count = 0;
        foreach (var (key, _) in _pairs)
        {
            if (string.Equals(key, name, StringComparison.Ordinal)) count++;
        }

        return count;
    }

    /// <summary>
    /// True when a name or value holds a control character, or a value is longer than <paramref name="longest"/>.
    /// </summary>
    /// <param name="longest">In UTF-16 units.</param>
    /// <param name="except">Parameters that are checked elsewhere.</param>
    public bool HasUnreadable(int longest, params ReadOnlySpan<string> except)
    {
        foreach (var (name, value) in _pairs)
        {
            if (except.Contains(name)) continue;
            if (value.Length > longest || HasControls(name) || HasControls(value)) return true;
        }

        return false;
    }

    /// <summary>The same with these values of this name alone, wherever it was.</summary>
    public Parameters With(string name, params IEnumerable<string> values) => new(
        [.. _pairs.Where(pair => pair.Key != name), .. values.Select(value => KeyValuePair.Create(name, value))]);

    /// <summary>The same without parameters of these names.</summary>
    public Parameters Without(params IEnumerable<string> names) =>
        new([.. _pairs.Where(pair => !names.Contains(pair.Key))]);

    /// <summary>Those of these names alone.</summary>
    public Parameters Only(params IEnumerable<string> names) =>
        new([.. _pairs.Where(pair => names.Contains(pair.Key))]);

    /// <summary>True when one value holds a control character, or is longer than <paramref name="longest"/>.</summary>
    public bool IsUnreadable(string name, int longest) =>
        this[name] is { } value && (value.Length > longest || HasControls(value));

    /// <summary>The parameters as a query again, without those in <paramref name="except"/>.</summary>
    public string ToQuery(params ReadOnlySpan<string> except)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in _pairs)
        {
            if (except.Contains(name)) continue;
            query.Append(query.Length == 0 ? '?' : '&')
                .Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        return query.ToString();
    }

    /// <summary>
    /// True for NUL, CR, LF and their like, which no value of the protocol may hold (RFC 6749 Appendix A).
    /// </summary>
    public static bool HasControls(string value) => value.AsSpan().ContainsAny(Controls);

    public override string ToString() => $"{_pairs.Count} parameters";

    private static bool IsHex(byte b) => char.IsAsciiHexDigit((char)b);

    private static int Value(byte hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
