using System.Globalization;
using System.Text.RegularExpressions;
using System.Text;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>
/// Writes docs/rfc-index.md: for each section of an RFC the files of src that name it, and the tests, by name or by a
/// row of the conformance list.
/// </summary>
internal sealed partial class RfcIndex
{
    private const string Head = """
        # RFC index

        For each section of an RFC: where `src` and `migrations` name it, and the tests that name it or that name a row
        of [conformance](conformance.md) which has it as its source. Files of the server are given without
        `OAuthServer/`. A section without tests is named by no test; that does not mean that it has none. This page is
        written by the tests: run `RfcIndexTests` with `OAUTH_WRITE_DOCS=1`.

        """;

    private static readonly (string Folder, string Pattern)[] Sources =
        [("src", "*.cs"), ("src", "*.razor"), ("migrations", "*.sql")];

    private readonly SortedDictionary<int, SortedDictionary<string, Entry>> _rfcs = [];

    private RfcIndex()
    {
    }

    /// <summary>Reads the sources and the tests, wherever they are.</summary>
    public static RfcIndex Read(string root)
    {
        var index = new RfcIndex();
        foreach (var (folder, pattern) in Sources)
        {
            foreach (var file in Files(root, folder, pattern))
                index.AddSource(Name(root, file), File.ReadAllText(file));
        }

        var rows = ReadRows(root);
        var tests = Files(root, "tests", "*.cs").Where(file => !IsAboutDocuments(file));
        foreach (var file in tests)
            index.AddTest(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file), rows);
        return index;
    }

    /// <summary>The whole page.</summary>
    public string Write()
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var (rfc, sections) in _rfcs)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## RFC {rfc}\n\n");
            foreach (var entry in sections.Values) Write(page, entry);
        }

        return page.ToString();
    }

    private static void Write(StringBuilder page, Entry entry)
    {
        page.Append(
            CultureInfo.InvariantCulture, $"- **{(entry.Section.Length == 0 ? "As a whole" : entry.Section)}**\n");
        var byRow = entry.Rows.GroupBy(row => row.Row, row => row.Test, StringComparer.Ordinal)
            .Select(row => $"{row.Key} ({string.Join(", ", row.Select(Code))})");
        Write(page, "Source", entry.Files.Select(Code));
        Write(page, "Tests", byRow.Concat(entry.Tests.Except(entry.Rows.Select(row => row.Test)).Select(Code)));
    }

    private static void Write(StringBuilder page, string title, IEnumerable<string> names)
    {
        if (string.Join(", ", names) is { Length: > 0 } list)
            page.Append(MarkdownText.Wrap("  - ", $"{title}: {list}"));
    }

    private void AddSource(string file, string text)
    {
        foreach (var mention in RfcMention.InText(text)) At(mention).Files.Add(file);
    }

    private void AddTest(string test, string text, Dictionary<string, RfcMention[]> rows)
    {
        foreach (var mention in RfcMention.InText(text)) At(mention).Tests.Add(test);
        foreach (var row in RowName().Matches(text).Select(match => match.Groups[1].Value).Distinct())
        {
            foreach (var mention in rows.GetValueOrDefault(row, [])) At(mention).Rows.Add((row, test));
        }
    }

    private Entry At(RfcMention mention)
    {
        if (!_rfcs.TryGetValue(mention.Rfc, out var sections))
            _rfcs[mention.Rfc] = sections = new(StringComparer.Ordinal);
        if (!sections.TryGetValue(mention.Order, out var entry))
            sections[mention.Order] = entry = new(mention.Section);
        return entry;
    }

    // Id, stage, level, source, requirement.
    private static Dictionary<string, RfcMention[]> ReadRows(string root) =>
        Files(root, "tests", "rows.tsv").SelectMany(File.ReadLines)
            .Select(line => line.Split('\t')).Where(columns => columns.Length > 3)
            .ToDictionary(columns => columns[0], columns => RfcMention.InRow(columns[3]).ToArray());

    private static IEnumerable<string> Files(string root, string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(root, folder), pattern, SearchOption.AllDirectories)
            .Where(file => !IsBuilt(Path.GetRelativePath(root, file)));

    private static bool IsBuilt(string path) =>
        path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");

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
    private static bool IsAboutDocuments(string file) =>
        Path.GetFileName(Path.GetDirectoryName(file)) == "Documentation";

    [GeneratedRegex(@"\bRow\(""([A-Z]+-\d+)""\)")]
    private static partial Regex RowName();

    private sealed record Entry(string Section)
    {
        public SortedSet<string> Files { get; } = new(StringComparer.Ordinal);

        public SortedSet<string> Tests { get; } = new(StringComparer.Ordinal);

        public SortedSet<(string Row, string Test)> Rows { get; } = [];
    }
}
