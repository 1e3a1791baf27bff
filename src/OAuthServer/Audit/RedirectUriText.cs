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
        shown.AppendPrintable(rest[..authority], LongestShown);
        if (at >= 0) shown.Append("…@");
        shown.AppendPrintable(rest[(authority + at + 1)..], LongestShown);
        if (end >= 0) shown.Append(uri[end]).Append('…');
        return shown.Cut(LongestShown);
    }

    /// <summary>One character in quotes, or <c>its end</c> behind the last one.</summary>
    public static string CharacterAt(string uri, int index)
    {
        if (index >= uri.Length) return "its end";
        var shown = new StringBuilder("'");
        shown.AppendPrintable(uri.AsSpan(index, 1), LongestShown);
        return shown.Append('\'').ToString();
    }
}
