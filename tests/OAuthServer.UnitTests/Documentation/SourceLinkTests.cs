using System.Text.RegularExpressions;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>A comment or a message that sends its reader to a page sends them to one that exists.</summary>
public sealed partial class SourceLinkTests
{
    private static readonly string[] Folders = ["src", "migrations", "samples", "bench", "tests"];
    private static readonly string[] Kinds = [".cs", ".razor", ".sql", ".csproj"];

    [Fact]
    public void Each_page_that_the_source_names_exists()
    {
        var named = Sources()
            .SelectMany(file => Page().Matches(File.ReadAllText(file)).Select(page => (File: file, Page: page.Value)))
            .ToList();
        Assert.True(named.Count > 10, "The names were not found.");
        Assert.Empty(named.Where(name => !File.Exists(Path.Combine(MarkdownPage.Root, name.Page)))
            .Select(name => $"{Path.GetRelativePath(MarkdownPage.Root, name.File)}: {name.Page}").Distinct());
    }

    private static IEnumerable<string> Sources() =>
        from folder in Folders
        from file in Directory.EnumerateFiles(Path.Combine(MarkdownPage.Root, folder), "*", SearchOption.AllDirectories)
        where Kinds.Contains(Path.GetExtension(file))
        where !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")
        select file;

    [GeneratedRegex(@"\bdocs/[\w/-]+\.(?:md|conf|json)\b")]
    private static partial Regex Page();
}
