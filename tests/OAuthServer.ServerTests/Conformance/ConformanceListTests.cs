using System.Text;
using OAuthServer.Operators.Doctor;

namespace OAuthServer.ServerTests.Conformance;

/// <summary>
/// Keeps the conformance list honest: tests name rows that exist, <c>open-rows.txt</c> is exactly what is still without a
/// test, and <c>docs/conformance.md</c> shows both. <c>OAUTH_WRITE_DOCS=1</c> rewrites the two files.
/// </summary>
public sealed class ConformanceListTests
{
    private const string Variable = "OAUTH_WRITE_DOCS";

    private static readonly IReadOnlyList<ConformanceRow> Rows = ConformanceRow.ReadAll();
    private static readonly IReadOnlyList<RowTest> Tests = RowTests.ReadAll();

    [Fact]
    public void Every_row_has_its_own_id() => Assert.Equal(Rows.Count, Rows.Select(row => row.Id).Distinct(StringComparer.Ordinal).Count());

    [Fact]
    public void Every_test_names_a_row_that_exists()
    {
        var known = Rows.Select(row => row.Id).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(Tests);
        Assert.All(Tests, test => Assert.Contains(test.Row, known));
    }

    [Fact]
    public void The_rows_of_stage_1_without_a_test_are_the_ones_listed_as_open()
    {
        var tested = Tests.Select(test => test.Row).ToHashSet(StringComparer.Ordinal);
        var open = Rows.Where(row => row.Stage == 1 && !tested.Contains(row.Id)).Select(row => row.Id);
        AssertIsWritten(string.Concat(open.Select(id => id + "\n")), "tests", "OAuthServer.ServerTests", "Conformance", "open-rows.txt");
    }

    [Fact]
    public void The_published_list_is_up_to_date() => AssertIsWritten(Document(), "docs", "conformance.md");

    private static void AssertIsWritten(string expected, params string[] path)
    {
        var file = Path.Combine([RowTests.Root, .. path]);
        if (Environment.GetEnvironmentVariable(Variable) == "1") File.WriteAllText(file, expected);
        var actual = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : string.Empty;
        if (actual == expected) return;
        var was = actual.Split('\n');
        var drift = expected.Split('\n').Except(was).Select(line => "+ " + line).Concat(was.Except(expected.Split('\n')).Select(line => "- " + line));
        Assert.Fail($"{string.Join('/', path)} does not match the tests. Run them once with {Variable}=1 and read the change.\n{string.Join('\n', drift)}");
    }

    // A row of a later stage may be met already; one without a test says so rather than leaving its cell empty.
    private static string Cell(ConformanceRow row, IEnumerable<string> tests) =>
        string.Join("<br>", tests) is { Length: > 0 } names ? names : row.Stage == 1 ? "**no test**" : "not yet built";

    private static string Document()
    {
        var core = Rows.Where(row => row.Stage == 1).ToList();
        var tests = Tests.ToLookup(test => test.Row, test => test.Test, StringComparer.Ordinal);
        var text = new StringBuilder($"""
            # Conformance: {core.Count(row => tests.Contains(row.Id))} of {core.Count} rows of stage 1 have a test

            What this server promises, row by row, and the tests that show it. Numbers in the column *Source* are RFCs.
            *Level*: M is a MUST of the source, S a SHOULD, P a decision of this product inside what the source allows.
            *Stage* 1 is the core; stages 2 and 3 are capabilities to come: a row of theirs that has no test
            is not yet built. This page is written by the tests: run `ConformanceListTests` with `OAUTH_WRITE_DOCS=1` after adding one.

            | Row | What | Source | Level | Stage | Tests |
            |---|---|---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var row in Rows)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {row.Id} | {row.Requirement} | {row.Source} | {row.Level} | {row.Stage} | {Cell(row, tests[row.Id])} |\n");
        }

        return text.ToString();
    }
}
