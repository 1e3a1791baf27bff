using System.Text;
using System.Text.RegularExpressions;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>
/// Writes docs/rfc-index.md: for each section of an RFC the files of src that name it, and the tests, by name or by a row
/// of the conformance list.
/// </summary>
internal sealed partial class RfcIndex
{
    private const string Head = """
        # RFC index

        For each section of an RFC: where `src` and `migrations` name it, and the tests that name it or that name a row of
        [conformance](conformance.md) which has it as its source. Files of the server are given without `OAuthServer/`. A
        section without tests is named by no test; that does not mean that it has none. This page is written by the tests:
        run `RfcIndexTests` with `OAUTH_WRITE_DOCS=1`.

        """;

    private readonly SortedDictionary<int, SortedDictionary<string, Entry>> _rfcs = [];

    private RfcIndex()
    {
    }

    /// <summary>Reads the sources and the tests, wherever they are.</summary>
    public static RfcIndex Read(string root)
    {
        var index = new RfcIndex();
        string[] sources = [.. Files(root, "src", "*.cs"), .. Files(root, "src", "*.razor"), .. Files(root, "migrations", "*.sql")];
        foreach (var file in sources)
        {
            foreach (var mention in RfcMention.InText(File.ReadAllText(file))) index.At(mention).Files.Add(Name(root, file));
        }

        var rows = ReadRows(root);
        foreach (var file in Files(root, "tests", "*.cs").Where(file => !IsAboutDocuments(file))) index.AddTest(file, rows);
        return index;
    }

    /// <summary>The whole page.</summary>
    public string Write()
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var (rfc, sections) in _rfcs)
        {
            page.Append($"\n## RFC {rfc}\n\n");
            foreach (var entry in sections.Values) Write(page, entry);
        }

        return page.ToString();
    }

    private static void Write(StringBuilder page, Entry entry)
    {
        page.Append($"- **{(entry.Section.Length == 0 ? "As a whole" : entry.Section)}**\n");
        if (entry.Files.Count > 0) page.Append(MarkdownText.Wrap("  - ", $"Source: {string.Join(", ", entry.Files.Select(Code))}"));
        var byRow = entry.Rows.GroupBy(row => row.Row, row => row.Test, StringComparer.Ordinal)
            .Select(row => $"{row.Key} ({string.Join(", ", row.Select(Code))})");
        string[] tests = [.. byRow, .. entry.Tests.Except(entry.Rows.Select(row => row.Test)).Select(Code)];
        if (tests.Length > 0) page.Append(MarkdownText.Wrap("  - ", $"Tests: {string.Join(", ", tests)}"));
    }

    private void AddTest(string file, Dictionary<string, IReadOnlyList<RfcMention>> rows)
    {
        var text = File.ReadAllText(file);
        var test = Path.GetFileNameWithoutExtension(file);
        foreach (var mention in RfcMention.InText(text)) At(mention).Tests.Add(test);
        foreach (var row in RowName().Matches(text).Select(match => match.Groups[1].Value).Distinct())
        {
            foreach (var mention in rows.GetValueOrDefault(row, [])) At(mention).Rows.Add((row, test));
        }
    }

    private Entry At(RfcMention mention)
    {
        if (!_rfcs.TryGetValue(mention.Rfc, out var sections)) _rfcs[mention.Rfc] = sections = new(StringComparer.Ordinal);
        if (!sections.TryGetValue(mention.Order, out var entry)) sections[mention.Order] = entry = new(mention.Section);
        return entry;
    }

    private static Dictionary<string, IReadOnlyList<RfcMention>> ReadRows(string root) =>
        Files(root, "tests", "rows.tsv").SelectMany(File.ReadLines)
            .Select(line => line.Split('\t')).Where(columns => columns.Length > 3)
            .ToDictionary(columns => columns[0], columns => (IReadOnlyList<RfcMention>)[.. RfcMention.InRow(columns[3])], StringComparer.Ordinal);

    private static IEnumerable<string> Files(string root, string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(root, folder), pattern, SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    private static string Name(string root, string file)
    {
        var path = Path.GetRelativePath(root, file).Replace('\\', '/');
        foreach (var prefix in new[] { "src/OAuthServer/", "src/" })
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal)) return path[prefix.Length..];
        }

        return path;
    }

    private static string Code(string name) => $"`{name}`";

    // These name sections as examples.
    private static bool IsAboutDocuments(string file) => Path.GetFileName(Path.GetDirectoryName(file)) == "Documentation";

    [GeneratedRegex(@"\bRow\(""([A-Z]+-\d+)""\)")]
    private static partial Regex RowName();

    private sealed record Entry(string Section)
    {
        public SortedSet<string> Files { get; } = new(StringComparer.Ordinal);

        public SortedSet<string> Tests { get; } = new(StringComparer.Ordinal);

        public SortedSet<(string Row, string Test)> Rows { get; } = [];
    }
}
