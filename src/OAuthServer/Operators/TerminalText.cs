using System.Globalization;
using System.Text;

namespace OAuthServer.Operators;

/// <summary>
/// Text from outside on an operator's terminal: it must not steer it, hide anything, or look like something else.
/// </summary>
internal static class TerminalText
{
    /// <summary>
    /// The text with a question mark for every character that is not shown: control characters, which escape sequences
    /// begin with, line ends, and those that turn or hide what stands beside them.
    /// </summary>
    public static string Safe(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => IsShown(rune) ? rune.ToString() : "?"));

    /// <summary>
    /// A value among others on a line, made safe. What is more than a plain word stands in quotes, so that no value
    /// can look like the end of one and the begin of the next.
    /// </summary>
    public static string Quoted(string value)
    {
        if (value.Length > 0 && value.All(IsPlain)) return value;
        var inside = Safe(value)
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{inside}\"";
    }

    /// <summary>Made safe, and cut to <paramref name="width"/> characters.</summary>
    public static string Cut(string text, int width)
    {
        var runes = Safe(text).EnumerateRunes().ToList();
        return runes.Count <= width ? string.Concat(runes) : string.Concat(runes.Take(width - 1)) + "…";
    }

    /// <summary>A moment in UTC to the second, or a dash.</summary>
    public static string Time(DateTimeOffset? moment) =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>Rows in columns, two spaces apart; the last column is as wide as it wants.</summary>
    public static string Table(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToList();
        var lines = rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))));
        return string.Join(Environment.NewLine, lines.Select(line => line.TrimEnd()));
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);

    // A list of what is plain, since many letters beyond ASCII look like a space or like a sign of these lines.
    private static bool IsPlain(char c) =>
        char.IsAsciiLetterOrDigit(c) || "-._~:/@+%".Contains(c, StringComparison.Ordinal);
}
