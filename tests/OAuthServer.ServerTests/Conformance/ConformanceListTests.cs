namespace OAuthServer.ServerTests.Conformance;

/// <summary>
/// Keeps the conformance list right: tests name rows that exist, <c>open-rows.txt</c> is exactly what is still without
/// a test, and <c>docs/conformance.md</c> shows both. <c>OAUTH_WRITE_DOCS=1</c> rewrites the two files.
/// </summary>
public sealed class ConformanceListTests
{
    private const string Variable = "OAUTH_WRITE_DOCS";

    private static readonly IReadOnlyList<ConformanceRow> Rows = ConformanceRow.ReadAll();
    private static readonly IReadOnlyList<RowTest> Tests = RowTests.ReadAll();

    [Fact]
    public void Every_row_has_its_own_id() => Assert.Equal(Rows.Count, Rows.DistinctBy(row => row.Id).Count());

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
        var list = string.Concat(open.Select(id => id + "\n"));
        AssertIsWritten(list, "tests", "OAuthServer.ServerTests", "Conformance", "open-rows.txt");
    }

    [Fact]
    public void The_published_list_is_up_to_date() =>
        AssertIsWritten(new ConformancePage(Rows, Tests).Write(), "docs", "conformance.md");

    private static void AssertIsWritten(string expected, params string[] path)
    {
        var file = Path.Combine([RowTests.Root, .. path]);
        if (Environment.GetEnvironmentVariable(Variable) == "1") File.WriteAllText(file, expected);
        var actual = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : string.Empty;
        if (actual == expected) return;
        var (now, was) = (expected.Split('\n'), actual.Split('\n'));
        var drift = now.Except(was).Select(line => "+ " + line).Concat(was.Except(now).Select(line => "- " + line));
        Assert.Fail(
            $"{string.Join('/', path)} does not match the tests. Run them once with {Variable}=1 and read the change.\n"
            + string.Join('\n', drift));
    }
}
