namespace OAuthServer.UnitTests.Documentation;

/// <summary>What holds for every page: links lead somewhere, and its source can be read in a terminal.</summary>
public sealed class PageTests
{
    private const int Widest = 120;

    private static readonly IReadOnlyList<MarkdownPage> Pages = MarkdownPage.All();

    [Fact]
    public void Each_link_leads_to_a_file_and_a_heading_of_it()
    {
        var links = Pages.SelectMany(page => page.Links.Select(link => (From: page.Path, link.File, link.Anchor))).ToList();
        Assert.True(links.Count > 50, "The links were not found.");
        Assert.Empty(links.Where(link => !Exists(link.File)).Select(link => $"{link.From}: {link.File}"));
        Assert.Empty(links.Where(link => link.Anchor.Length > 0 && !MarkdownPage.Read(link.File).Anchors.Contains(link.Anchor))
            .Select(link => $"{link.From}: {link.File}#{link.Anchor}"));
    }

    [Fact]
    public void No_line_is_wider_than_120_characters()
    {
        var lines = Pages.SelectMany(page => page.Text.Split('\n').Select((line, index) => (Text: line, Place: $"{page.Path}:{index + 1}")));
        Assert.Empty(lines.Where(line => line.Text.Length > Widest && CanBreak(line.Text)).Select(line => line.Place));
    }

    [Fact]
    public void Each_page_of_a_folder_is_in_its_index()
    {
        foreach (var index in Pages.Where(page => IsIn(page.Path, "docs/") && page.Path.EndsWith("/README.md", StringComparison.Ordinal)))
        {
            var folder = index.Path[..^"README.md".Length];
            Assert.Equal(
                Pages.Select(page => page.Path).Where(path => IsIn(path, folder) && path != index.Path),
                index.Links.Select(link => link.File).Where(file => IsIn(file, folder)).Order(StringComparer.Ordinal));
        }
    }

    private static bool IsIn(string path, string folder) => path.StartsWith(folder, StringComparison.Ordinal);

    // A row of a table is one line in Markdown, and an address has no place to break.
    private static bool CanBreak(string line) => !line.StartsWith('|') && line.Trim().Contains(' ', StringComparison.Ordinal);

    private static bool Exists(string path)
    {
        var full = Path.Combine(MarkdownPage.Root, path);
        return File.Exists(full) || Directory.Exists(full);
    }
}
