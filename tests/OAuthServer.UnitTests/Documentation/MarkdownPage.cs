using System.Text.RegularExpressions;
using OAuthServer.UnitTests.Architecture;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>A page of the repository, with what it links to and what can be linked to in it.</summary>
internal sealed partial class MarkdownPage
{
    private static readonly string[] Folders = ["docs", "bench"];

    private readonly string _folder;

    private MarkdownPage(string path)
    {
        Path = path;
        _folder = System.IO.Path.GetDirectoryName(path)!;
        Text = File.ReadAllText(System.IO.Path.Combine(Root, path)).ReplaceLineEndings("\n");
    }

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = System.IO.Path.GetDirectoryName(CompiledServer.SourceFolder)!;

    /// <summary>From the folder of the solution, with forward slashes.</summary>
    public string Path { get; }

    public string Text { get; }

    /// <summary>Lines outside code blocks.</summary>
    public IEnumerable<string> Prose
    {
        get
        {
            var inCode = false;
            foreach (var line in Text.Split('\n'))
            {
                var fence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
                if (fence) inCode = !inCode;
                else if (!inCode) yield return line;
            }
        }
    }

    /// <summary>Files that it points to, each with the anchor there; an empty anchor means the whole file.</summary>
    public IEnumerable<(string File, string Anchor)> Links =>
        from line in Prose
        from link in Link().Matches(InlineCode().Replace(line, ""))
        let target = link.Groups["file"].Value
        where !target.Contains(':', StringComparison.Ordinal)
        select (target.Length == 0 ? Path : Resolve(target), link.Groups["anchor"].Value);

    /// <summary>Headings and named places, as the usual renderers make them.</summary>
    public IEnumerable<string> Anchors =>
        Prose.Where(line => line.StartsWith('#')).Select(Anchor)
            .Concat(Named().Matches(Text).Select(match => match.Groups[1].Value));

    /// <summary>Every page: those at the top, of docs and of bench.</summary>
    public static IReadOnlyList<MarkdownPage> All() =>
    [
        .. Directory.EnumerateFiles(Root, "*.md")
            .Concat(Folders.SelectMany(Below))
            .Select(file => System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(folder => folder is "bin" or "obj" or "results"))
            .Order(StringComparer.Ordinal).Select(path => new MarkdownPage(path)),
    ];

    /// <summary>One page.</summary>
    public static MarkdownPage Read(string path) => new(path);

    private static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(System.IO.Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories);

    private string Resolve(string target)
    {
        var file = System.IO.Path.GetFullPath(System.IO.Path.Combine(Root, _folder, target));
        return System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/');
    }

    private static string Anchor(string heading) =>
        NoAnchor().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    // [text](file#anchor), src="file", and [text]: file at the end of a page.
    [GeneratedRegex(@"(?:\]\(|\bsrc=""|^\[[^\]]+\]: )(?<file>[^()#\s""]*)(?:#(?<anchor>[^()\s]+))?(?:[)""]|$)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"<a id=""([^""]+)""></a>")]
    private static partial Regex Named();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NoAnchor();
}
