using System.Globalization;
using System.Text;

namespace OAuthServer.Operators;

/// <summary>Text from outside on an operator's terminal: it must not steer it, hide anything, or push the columns apart.</summary>
internal static class TerminalText
{
    /// <summary>The text with a question mark for every control and format character (escape sequences, bidi overrides).</summary>
    public static string Safe(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? "?" : rune.ToString()));

    /// <summary>The same, cut to <paramref name="width"/> characters.</summary>
    public static string Cut(string text, int width)
    {
        var runes = Safe(text).EnumerateRunes().ToList();
        return runes.Count <= width ? string.Concat(runes) : string.Concat(runes.Take(width - 1)) + "…";
    }

    /// <summary>A moment in UTC to the second, or a dash.</summary>
    public static string Time(DateTimeOffset? moment) => moment is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "-";

    /// <summary>Rows in columns, two spaces apart; the last column is as wide as it wants.</summary>
    public static string Table(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToList();
        return string.Join(Environment.NewLine, rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
    }
}
