using System.Globalization;
using System.Text;

namespace OAuthServer.Pages;

/// <summary>
/// Names that come from outside, made safe to look at: without the invisible characters that reorder or hide text,
/// which let one name read as another. HTML escaping and <c>bdi</c> do the rest.
/// </summary>
internal static class DisplayText
{
    private const int LongestEscaped = 2000;

    /// <summary>
    /// The name without control and format characters (bidi overrides and isolates, zero-width marks).
    /// </summary>
    public static string Plain(string name) => string.Concat(name.EnumerateRunes().Where(IsVisible));

    /// <summary>
    /// What a developer has to read character by character: everything beyond printable ASCII as an escape, cut where
    /// no sensible value goes on.
    /// </summary>
    public static string Escaped(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, LongestEscaped)))
        {
            if (c is >= ' ' and <= '~') shown.Append(c);
            else shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }

        return text.Length <= LongestEscaped ? shown.ToString() : shown.Append('…').ToString();
    }

    private static bool IsVisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format);
}
