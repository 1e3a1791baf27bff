using System.Text.RegularExpressions;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>What docs/threat-model.md points to exists: rows that have a test, test classes, files.</summary>
public sealed partial class ThreatModelTests
{
    private static readonly string Repository = MarkdownPage.Root;
    private static readonly string Text = Read("docs/threat-model.md");

    [Fact]
    public void Each_row_that_it_names_is_in_the_conformance_list_and_has_a_test()
    {
        var rows = Read("docs/conformance.md").Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Where(line => !line.Contains("not yet built", StringComparison.Ordinal))
            .Select(line => RowId().Match(line).Value).ToHashSet(StringComparer.Ordinal);
        var named = RowId().Matches(Text).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
        Assert.True(named.Count > 40, "The rows were not found.");
        Assert.Empty(named.Except(rows));
    }

    [Fact]
    public void Each_test_class_that_it_names_exists()
    {
        var tests = Path.Combine(Repository, "tests");
        var classes = Directory.EnumerateFiles(tests, "*Tests.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file)).ToHashSet(StringComparer.Ordinal);
        var named = TestClass().Matches(Text).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
        Assert.True(named.Count > 20, "The test classes were not found.");
        Assert.Empty(named.Except(classes));
    }

    [Fact]
    public void What_it_says_of_the_build_and_of_files_is_so()
    {
        foreach (var file in new[] { "docs/nginx.conf", "Dockerfile", ".ci/run" })
        {
            Assert.Contains($"`{file}`", Text, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(Repository, file)), file);
        }

        Assert.Contains("--locked-mode", Read(".ci/run"), StringComparison.Ordinal);
        Assert.Contains("<NuGetAudit>false</NuGetAudit>", Read("Directory.Build.props"), StringComparison.Ordinal);
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository, file));

    [GeneratedRegex(@"\b[A-Z]+-\d{2}\b")]
    private static partial Regex RowId();

    [GeneratedRegex(@"\b[A-Z]\w+Tests\b")]
    private static partial Regex TestClass();
}
