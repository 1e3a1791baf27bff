using System.Globalization;
using System.Text;

namespace OAuthServer.Audit;

/// <summary>How a redirect URI that a stranger sent is written into a log.</summary>
internal static class RedirectUriText
{
    private const int LongestShown = 512;

    /// <summary>
    /// Scheme, host, port and path in printable ASCII, at most 512 characters. User information, query and fragment
    /// may hold secrets and are left out. What does not begin like a URI is not quoted.
    /// </summary>
    public static string Show(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        if (!Uri.CheckSchemeName(colon < 0 ? null : uri[..colon]))
            return string.Create(CultureInfo.InvariantCulture, $"(no URI, {uri.Length} characters)");
        var shown = new StringBuilder();
        var end = uri.AsSpan().IndexOfAny('?', '#');
        var rest = uri.AsSpan(0, end < 0 ? uri.Length : end);
        var authority = rest[(colon + 1)..].StartsWith("//") ? colon + 3 : colon + 1;
        var path = rest[authority..].IndexOfAny('/', '\\');
        var at = rest[authority..(path < 0 ? rest.Length : authority + path)].LastIndexOf('@');
        Append(shown, rest[..authority]);
        if (at >= 0) shown.Append("…@");
        Append(shown, rest[(authority + at + 1)..]);
        if (end >= 0) shown.Append(uri[end]).Append('…');
        return shown.Length <= LongestShown ? shown.ToString() : shown.ToString(0, LongestShown) + "…";
    }

    /// <summary>One character in quotes, or <c>its end</c> behind the last one.</summary>
    public static string CharacterAt(string uri, int index)
    {
        if (index >= uri.Length) return "its end";
        var shown = new StringBuilder("'");
        Append(shown, uri.AsSpan(index, 1));
        return shown.Append('\'').ToString();
    }

    // Control characters could write lines of their own, others look like what they are not.
    private static void Append(StringBuilder shown, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (shown.Length > LongestShown) return;
            if (c is >= ' ' and <= '~') shown.Append(c);
            else shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }
    }
}
