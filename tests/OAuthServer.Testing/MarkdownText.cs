namespace OAuthServer.Testing;

/// <summary>Text of a page that is written by the tests.</summary>
internal static class MarkdownText
{
    private const int Widest = 120;

    /// <summary>A paragraph or an item of a list, in lines of at most 120 characters where there is a space.</summary>
    /// <param name="mark">Indentation and bullet; the lines after the first are indented as far.</param>
    /// <param name="text">Without line breaks.</param>
    public static string Wrap(string mark, string text)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && mark.Length + line.Length + 1 + word.Length > Widest)
            {
                lines.Add(line);
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        lines.Add(line);
        return mark + string.Join("\n" + new string(' ', mark.Length), lines) + "\n";
    }
}
