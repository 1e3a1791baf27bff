using System.Globalization;
using System.Text;

namespace OAuthServer.Audit;

/// <summary>How the audience of a stranger's assertion is written into a log.</summary>
internal static class AudienceText
{
    private const int LongestShown = 256;

    /// <summary>Its values in quotes, in printable ASCII, at most 256 characters; <c>nobody</c> for none.</summary>
    public static string Show(IReadOnlyList<string> audience)
    {
        if (audience.Count == 0) return "nobody";
        var shown = new StringBuilder();
        foreach (var value in audience)
        {
            shown.Append(shown.Length == 0 ? "\"" : ", \"");
            foreach (var c in value)
            {
                // Control characters could write lines of their own, others look like what they are not.
                if (c is >= ' ' and <= '~' and not '"' and not '\\') shown.Append(c);
                else shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
                if (shown.Length > LongestShown) return shown.ToString(0, LongestShown) + "…";
            }

            shown.Append('"');
        }

        return shown.Length > LongestShown ? shown.ToString(0, LongestShown) + "…" : shown.ToString();
    }
}
