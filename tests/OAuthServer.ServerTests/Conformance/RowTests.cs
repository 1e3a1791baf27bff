using System.Text.RegularExpressions;

namespace OAuthServer.ServerTests.Conformance;

/// <summary>A test that names a row by <c>RowAttribute</c>.</summary>
/// <param name="Row">Such as <c>AUTHZ-06</c>.</param>
/// <param name="Test">Class and method.</param>
/// <param name="File">From the folder of the solution, with forward slashes.</param>
internal sealed record RowTest(string Row, string Test, string File);

/// <summary>
/// Finds the tests that name rows, in the sources of every test project: that needs no other project to be built.
/// </summary>
internal static partial class RowTests
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every naming, by row and then by test.</summary>
    public static IReadOnlyList<RowTest> ReadAll() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Root, file)
                .Split(Path.DirectorySeparatorChar)
                .Any(folder => folder is "bin" or "obj"))
            .SelectMany(Read).Distinct()
            .OrderBy(test => test.Row, StringComparer.Ordinal).ThenBy(test => test.Test, StringComparer.Ordinal),
    ];

    // The attributes of a method stand above it: all of them since the last method belong to the next one.
    private static IEnumerable<RowTest> Read(string file)
    {
        var open = new List<string>();
        var (path, name) = (
            Path.GetRelativePath(Root, file).Replace('\\', '/'), Path.GetFileNameWithoutExtension(file));
        foreach (Match match in NamingOrMethod().Matches(File.ReadAllText(file)))
        {
            if (match.Groups["row"].Success)
            {
                open.Add(match.Groups["row"].Value);
                continue;
            }

            foreach (var row in open) yield return new RowTest(row, $"{name}.{match.Groups["method"].Value}", path);
            open.Clear();
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OAuthServer.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }

    [GeneratedRegex(
        """(?<=^\s*\[[^\n]*)\bRow\("(?<row>[^"]*)"\)"""
            + """|^\s*public\s+(?:async\s+)?(?:Task|ValueTask|void)\s+(?<method>\w+)\(""",
        RegexOptions.Multiline)]
    private static partial Regex NamingOrMethod();
}
