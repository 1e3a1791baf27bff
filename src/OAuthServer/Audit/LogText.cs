using System.Globalization;
using System.Text;

namespace OAuthServer.Audit;

/// <summary>What a stranger sent, as it is written into a log.</summary>
internal static class LogText
{
    /// <summary>
    /// Appends it in printable ASCII: control characters could write lines of their own, others look like what they are
    /// not. Ends soon after <paramref name="longest"/> characters, for the caller to cut.
    /// </summary>
    /// <param name="shown">What was written so far.</param>
    /// <param name="text">What comes next.</param>
    /// <param name="longest">How many characters will be shown of all.</param>
    /// <param name="escaped">Printable characters that mean something where it stands.</param>
    public static void AppendPrintable(
        this StringBuilder shown, ReadOnlySpan<char> text, int longest, string escaped = "")
    {
        foreach (var c in text)
        {
            if (shown.Length > longest) return;
            if (c is >= ' ' and <= '~' && !escaped.Contains(c, StringComparison.Ordinal)) shown.Append(c);
            else shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }
    }

    /// <summary>What was written, cut where it is too long.</summary>
    public static string Cut(this StringBuilder shown, int longest) =>
        shown.Length <= longest ? shown.ToString() : shown.ToString(0, longest) + "…";
}
