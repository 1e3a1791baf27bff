using System.Text.RegularExpressions;
using OAuthServer.Protocol;

namespace OAuthServer.Testing;

/// <summary>The reasons and public errors in the source of the server, and in docs/errors.md.</summary>
public static partial class ReasonCodes
{
    private static readonly DirectoryInfo Root = FindRoot();

    /// <summary>docs/errors.md.</summary>
    public static string Documentation { get; } = File.ReadAllText(Path.Combine(Root.FullName, "docs", "errors.md"));

    /// <summary>The public errors that the source can answer with.</summary>
    public static IReadOnlySet<string> ErrorsInSource { get; } = InSources(Public());

    /// <summary>Every reason that there is.</summary>
    public static IReadOnlyDictionary<string, string> ByConstant { get; } = typeof(Reasons).GetFields()
        .ToDictionary(constant => constant.Name, constant => (string)constant.GetRawConstantValue()!);

    /// <summary>The reasons of <see cref="ByConstant"/>.</summary>
    public static IReadOnlySet<string> InSource { get; } = ByConstant.Values.ToHashSet(StringComparer.Ordinal);

    /// <summary>The constants of reasons that the source uses.</summary>
    public static IReadOnlySet<string> Used { get; } = InSources(Constant());

    /// <summary>The public errors with a section of their own.</summary>
    public static IReadOnlyList<string> DocumentedErrors { get; } = [.. Section().Matches(Documentation).Select(Name)];

    /// <summary>
    /// The entries of reasons: what happened, who can act, how. Two for one reason are a fault of the page.
    /// </summary>
    public static ILookup<string, (string What, string Who, string How)> Documented { get; } =
        Entry().Matches(Documentation)
            .ToLookup(Name, entry => (entry.Groups[2].Value, entry.Groups[3].Value, entry.Groups[4].Value));

    /// <summary>Whether <c>errors.md#name</c> leads to something.</summary>
    public static bool HasAnchor(string name) =>
        DocumentedErrors.Contains(name)
        || Documentation.Contains($"<a id=\"{name}\"></a>`{name}`", StringComparison.Ordinal);

    private static HashSet<string> InSources(Regex pattern) =>
        Sources().SelectMany(file => pattern.Matches(File.ReadAllText(file.FullName))).Select(Name).ToHashSet();

    private static IEnumerable<FileInfo> Sources()
    {
        var server = new DirectoryInfo(Path.Combine(Root.FullName, "src", "OAuthServer"));
        var built = $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}";
        return server.EnumerateFiles("*.cs", SearchOption.AllDirectories)
            .Where(file => !file.FullName.Contains(built, StringComparison.Ordinal));
    }

    private static DirectoryInfo FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OAuthServer.sln"))) folder = folder.Parent!;
        return folder;
    }

    private static string Name(Match match) => match.Groups[1].Value;

    // A refusal is made by new(error, description, reason); in the factories of OAuthError the description is a
    // variable.
    [GeneratedRegex(@"\bnew(?: OAuthError)?\(\s*""([a-z]+(?:_[a-z]+)+)"",\s*(?:""[A-Z]|description)")]
    private static partial Regex Public();

    [GeneratedRegex(@"\bReasons\.([A-Z]\w+)")]
    private static partial Regex Constant();

    [GeneratedRegex(@"^### ([a-z_]+)\r?$", RegexOptions.Multiline)]
    private static partial Regex Section();

    // An item of a list: `reason`: what happened. **Who**: how. It goes on in indented lines, and ends before the next.
    [GeneratedRegex(
        @"^- (?:<a id=""[a-z_]+""></a>)?`([a-z_]+)`: ((?:(?!\n- ).)+?)\.\s+"
        + @"\*\*((?:(?!\n- ).)+?)\*\*:\s+(.+?)(?=\r?\n(?!  ))",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Entry();
}
