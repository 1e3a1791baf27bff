using System.Text.RegularExpressions;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>What holds for every page: what it points to is there, and its source can be read in a terminal.</summary>
public sealed partial class PageTests
{
    private const int Widest = 120;

    private static readonly IReadOnlyList<MarkdownPage> Pages = MarkdownPage.All();

    [Fact]
    public void Each_link_leads_to_a_file_and_a_heading_of_it()
    {
        var links = Pages.SelectMany(page => page.Links.Select(link => (page.Path, link.File, link.Anchor))).ToList();
        Assert.True(links.Count > 50, "The links were not found.");
        Assert.Empty(links.Where(link => !Exists(link.File)).Select(link => $"{link.Path}: {link.File}"));
        var anchored = links.Where(link => link.Anchor.Length > 0);
        Assert.Empty(anchored.Where(link => !MarkdownPage.Read(link.File).Anchors.Contains(link.Anchor))
            .Select(link => $"{link.Path}: {link.File}#{link.Anchor}"));
    }

    [Fact]
    public void No_line_is_wider_than_120_characters()
    {
        var wide =
            from page in Pages
            from line in page.Text.Split('\n').Index()
            where line.Item.Length > Widest && CanBreak(line.Item)
            select $"{page.Path}:{line.Index + 1}";
        Assert.Empty(wide);
    }

    [Fact]
    public void Each_page_of_a_folder_is_in_its_index()
    {
        var indexes = Pages.Where(page => IsIn(page.Path, "docs/") && Path.GetFileName(page.Path) == "README.md");
        foreach (var index in indexes)
        {
            var folder = index.Path[..^"README.md".Length];
            Assert.Equal(
                Pages.Select(page => page.Path).Where(path => IsIn(path, folder) && path != index.Path),
                index.Links.Select(link => link.File).Where(file => IsIn(file, folder)).Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData("docs/request-walk.md")]
    [InlineData("docs/architecture.md")]
    public void Each_file_and_folder_of_the_server_that_it_names_exists(string path)
    {
        var named = Source().Matches(MarkdownPage.Read(path).Text).Select(match => match.Groups["name"].Value).ToList();
        Assert.True(named.Count > 10, "The names were not found.");
        Assert.DoesNotContain(named, name => !Exists($"src/OAuthServer/{name}"));
    }

    private static bool IsIn(string path, string folder) => path.StartsWith(folder, StringComparison.Ordinal);

    // A row of a table is one line in Markdown, and an address has no place to break.
    private static bool CanBreak(string line) => !line.StartsWith('|') && line.Trim().Contains(' ');

    private static bool Exists(string path)
    {
        var full = Path.Combine(MarkdownPage.Root, path);
        return File.Exists(full) || Directory.Exists(full);
    }

    // `Endpoints/FormReader.cs`, `Pages/Views/ConsentPage.razor`; and folders in the first column of a table.
    [GeneratedRegex(
        @"`(?<name>(?:[A-Z]\w+/)+\w+\.(?:cs|razor))`|(?<=^\|[^|\n]*)`(?<name>[A-Z]\w+(?:/[A-Z]\w+)*)`",
        RegexOptions.Multiline)]
    private static partial Regex Source();
}
