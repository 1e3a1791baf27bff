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
        foreach (var value in audience.TakeWhile(_ => shown.Length <= LongestShown))
        {
            shown.Append(shown.Length == 0 ? "\"" : ", \"");
            shown.AppendPrintable(value, LongestShown, "\"\\");
            shown.Append('"');
        }

        return shown.Cut(LongestShown);
    }
}
