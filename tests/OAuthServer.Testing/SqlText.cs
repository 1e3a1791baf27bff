using System.Text;

namespace OAuthServer.Testing;

/// <summary>
/// Reads a file of SQL as PostgreSQL's own tools do: where a statement ends, and what is comment or quoted.
/// </summary>
public static class SqlText
{
    /// <summary>The statements of a file, without comments and the semicolons between them.</summary>
    public static IReadOnlyList<string> Statements(string sql) =>
        [.. Split(sql, ';').Select(statement => statement.Trim()).Where(statement => statement.Length > 0)];

    /// <summary>The parts of a statement between separators that stand outside quotes and parentheses.</summary>
    public static IReadOnlyList<string> Parts(string statement, char separator) =>
        [.. Split(statement, separator).Select(part => part.Trim())];

    private static IEnumerable<string> Split(string sql, char separator)
    {
        var part = new StringBuilder();
        var depth = 0;
        for (var at = 0; at < sql.Length;)
        {
            var token = Token(sql, at);
            at += token.Length;
            if (token.StartsWith("--", StringComparison.Ordinal) || token.StartsWith("/*", StringComparison.Ordinal))
            {
                part.Append(' ');
                continue;
            }

            if (token is "(") depth++;
            if (token is ")") depth--;
            if (token.Length == 1 && token[0] == separator && depth == 0)
            {
                yield return part.ToString();
                part.Clear();
            }
            else
            {
                part.Append(token);
            }
        }

        yield return part.ToString();
    }

    // One character, or a whole comment or quotation.
    private static string Token(string sql, int at) => sql[at] switch
    {
        '-' when sql[at..].StartsWith("--", StringComparison.Ordinal) => Until(sql, at, "\n", 2, closes: false),
        '/' when sql[at..].StartsWith("/*", StringComparison.Ordinal) => Until(sql, at, "*/", 2, closes: true),
        '\'' => Until(sql, at, "'", 1, closes: true),
        '"' => Until(sql, at, "\"", 1, closes: true),
        '$' when DollarQuote(sql, at) is { } quote => Until(sql, at, quote, quote.Length, closes: true),
        _ => sql[at].ToString(),
    };

    private static string Until(string sql, int at, string end, int opening, bool closes)
    {
        var found = sql.IndexOf(end, at + opening, StringComparison.Ordinal);
        return found < 0 ? sql[at..] : sql[at..(found + (closes ? end.Length : 0))];
    }

    private static string? DollarQuote(string sql, int at)
    {
        var end = at + 1;
        while (end < sql.Length && (char.IsAsciiLetter(sql[end]) || sql[end] == '_')) end++;
        return end < sql.Length && sql[end] == '$' ? sql[at..(end + 1)] : null;
    }
}
