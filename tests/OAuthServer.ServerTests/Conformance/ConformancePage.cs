using System.Globalization;
using System.Text;

namespace OAuthServer.ServerTests.Conformance;

/// <summary>docs/conformance.md: each row beside the files that test it, and below where the rows come from.</summary>
internal sealed class ConformancePage(IReadOnlyList<ConformanceRow> rows, IReadOnlyList<RowTest> tests)
{
    private readonly ILookup<string, string> _files = tests.ToLookup(test => test.Row, test => test.File);

    // Two projects may have a class of the same name.
    private readonly HashSet<string> _ambiguous =
    [
        .. tests.Select(test => test.File).Distinct().GroupBy(Path.GetFileNameWithoutExtension)
            .Where(files => files.Count() > 1).Select(files => files.Key!),
    ];

    /// <summary>The whole page.</summary>
    public string Write()
    {
        var core = rows.Where(row => row.Stage == 1).ToList();
        var page = new StringBuilder($"""
            # Conformance: {core.Count(row => _files.Contains(row.Id))} of {core.Count} rows of stage 1 have a test

            What this server promises, row by row, and the files with the tests that show it. Stage 1 is the core; later
            stages are capabilities to come: a row of theirs that has no test is not yet built. [Below](#sources) is where
            each row comes from. This page is written by the tests: run `ConformanceListTests` with `OAUTH_WRITE_DOCS=1`
            after adding one.

            """.ReplaceLineEndings("\n"));
        foreach (var area in rows.GroupBy(row => row.Id.Split('-')[0])) WriteArea(page, area);
        WriteSources(page);
        var files = tests.Select(test => test.File).Distinct().OrderBy(Label, StringComparer.Ordinal);
        foreach (var file in files) page.Append(CultureInfo.InvariantCulture, $"[{Label(file)}]: ../{file}\n");
        return page.ToString();
    }

    private void WriteArea(StringBuilder page, IGrouping<string, ConformanceRow> area)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {area.Key}\n\n| Row | Tests |\n|---|---|\n");
        foreach (var row in area)
            page.Append(CultureInfo.InvariantCulture, $"| {row.Id} {row.Requirement} | {Cell(row)} |\n");
    }

    private void WriteSources(StringBuilder page)
    {
        page.Append("""

            ## Sources

            Numbers are RFCs. M is a MUST of the source, S a SHOULD, P a decision of this product inside what the source
            allows.


            """.ReplaceLineEndings("\n"));
        foreach (var row in rows)
            page.Append(CultureInfo.InvariantCulture, $"- {row.Id} ({row.Level}, stage {row.Stage}): {row.Source}\n");
        page.Append('\n');
    }

    // A row of a later stage may be met already; one without a test says so rather than leaving its cell empty.
    private string Cell(ConformanceRow row)
    {
        var links = _files[row.Id].Distinct().Select(file => $"[{Label(file)}]").Order(StringComparer.Ordinal);
        if (string.Join(", ", links) is { Length: > 0 } names) return names;
        return row.Stage == 1 ? "**no test**" : "not yet built";
    }

    // "tests/OAuthServer.ServerTests/Endpoints/PkceTests.cs" is PkceTests; ServerTests PkceTests where there are two.
    private string Label(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        return _ambiguous.Contains(name) ? $"{file.Split('/')[1]["OAuthServer.".Length..]} {name}" : name;
    }
}
