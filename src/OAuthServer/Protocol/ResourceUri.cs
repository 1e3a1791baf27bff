using System.Buffers;

namespace OAuthServer.Protocol;

/// <summary>
/// The identifier of an API (RFC 8707 §2): an absolute URI without a fragment. Two spellings are one identifier when
/// their <see cref="Canonical"/> forms are equal; <c>oauth_canonical_resource</c> in the schema does the same.
/// </summary>
internal static class ResourceUri
{
    /// <summary>As long as a registered one can be, and a slash or a default port that a library adds.</summary>
    private const int Longest = 510;

    private static readonly SearchValues<char> SchemeCharacters = SearchValues.Create(
        "+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> NoCharacters = SearchValues.Create("\"#<>\\^`{|}");

    /// <summary>
    /// Scheme and host in lower case, without a default port, and an empty path as a slash (RFC 3986 §6.2.2.1, §6.2.3);
    /// what follows stays byte for byte. Null when it is no absolute URI, or has a fragment.
    /// </summary>
    public static string? Canonical(string text)
    {
        if (!IsAbsolute(text)) return null;
        var head = text[..HeadLength(text)];
        var path = text[head.Length..];
        if (!head.Contains("//", StringComparison.Ordinal)) return head.ToLowerInvariant() + path;
        var place = WithoutDefaultPort(head.ToLowerInvariant());
        return path.StartsWith('/') ? place + path : $"{place}/{path}";
    }

    /// <summary>How a description names what anybody may have sent.</summary>
    public static string Named(string text) =>
        Scope.IsNameable(text) ? $"The resource {text}" : "A resource";

    private static bool IsAbsolute(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return text.Length <= Longest && colon > 0 && colon < text.Length - 1 && char.IsAsciiLetter(text[0])
            && !text.AsSpan(0, colon).ContainsAnyExcept(SchemeCharacters)
            && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.AsSpan().ContainsAny(NoCharacters);
    }

    // The scheme with its colon, and the authority where there is one.
    private static int HeadLength(string text)
    {
        var behind = text.IndexOf(':', StringComparison.Ordinal) + 1;
        if (!text.AsSpan(behind).StartsWith("//")) return behind;
        var end = text.AsSpan(behind + 2).IndexOfAny('/', '?');
        return end < 0 ? text.Length : behind + 2 + end;
    }

    private static string WithoutDefaultPort(string head) => head switch
    {
        _ when head.StartsWith("https://", StringComparison.Ordinal) => Without(head, ":443"),
        _ when head.StartsWith("http://", StringComparison.Ordinal) => Without(head, ":80"),
        _ => head,
    };

    private static string Without(string head, string port) =>
        head.EndsWith(port, StringComparison.Ordinal) ? head[..^port.Length] : head;
}
