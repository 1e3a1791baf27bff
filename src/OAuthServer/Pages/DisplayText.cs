using System.Globalization;
using System.Text;

namespace OAuthServer.Pages;

/// <summary>
/// Names that come from outside, made safe to look at: without the invisible characters that reorder or hide text,
/// which let one name read as another. HTML escaping and <c>bdi</c> do the rest.
/// </summary>
internal static class DisplayText
{
    /// <summary>
    /// The name without control and format characters (bidi overrides and isolates, zero-width marks).
    /// </summary>
    public static string Plain(string name) => string.Concat(name.EnumerateRunes().Where(IsVisible));

    private static bool IsVisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format);
}
