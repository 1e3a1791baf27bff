using System.Text.RegularExpressions;

namespace OAuthServer.Testing;

/// <summary>The reasons and public errors in the source of the server, and in docs/errors.md.</summary>
public static partial class ReasonCodes
{
    // Their literals in snake case are reasons and nothing else; they reach OAuthError as variables.
    private static readonly string[] ReasonFiles = ["SignInService.cs", "PasswordService.cs", "PasswordGuesses.cs"];

    private static readonly DirectoryInfo Root = FindRoot();

    /// <summary>docs/errors.md.</summary>
    public static string Documentation { get; } = File.ReadAllText(Path.Combine(Root.FullName, "docs", "errors.md"));

    /// <summary>The public errors that the source can answer with.</summary>
    public static IReadOnlySet<string> ErrorsInSource { get; } = Statements().SelectMany(statement => Public().Matches(statement)).Select(Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Every reason in the source.</summary>
    public static IReadOnlySet<string> InSource { get; } = FindReasons();

    /// <summary>The public errors with a section of their own.</summary>
    public static IReadOnlyList<string> DocumentedErrors { get; } = [.. Section().Matches(Documentation).Select(Name)];

    /// <summary>The entries of reasons: what happened, who can change it, how. A reason may have several only if the page is wrong.</summary>
    public static ILookup<string, (string What, string Who, string How)> Documented { get; } = Entry().Matches(Documentation)
        .ToLookup(Name, entry => (entry.Groups[2].Value.Trim(), entry.Groups[3].Value.Trim(), entry.Groups[4].Value.Trim()), StringComparer.Ordinal);

    /// <summary>Whether <c>errors.md#name</c> leads to something.</summary>
    public static bool HasAnchor(string name) => DocumentedErrors.Contains(name) || Documentation.Contains($"<a id=\"{name}\"></a>`{name}`", StringComparison.Ordinal);

    private static HashSet<string> FindReasons()
    {
        var reasons = Statements().SelectMany(statement => Code().Matches(Public().Replace(statement, "("))).Select(Name)
            .Concat(Sources().Where(file => ReasonFiles.Contains(file.Name)).SelectMany(file => Code().Matches(File.ReadAllText(file.FullName))).Select(Name));
        return reasons.ToHashSet(StringComparer.Ordinal);
    }

    // A refusal is made by a factory of OAuthError, or by new(error, description, reason).
    private static IEnumerable<string> Statements() => Sources().SelectMany(file => Refusal().Matches(File.ReadAllText(file.FullName))).Select(match => match.Value);

    private static IEnumerable<FileInfo> Sources() => new DirectoryInfo(Path.Combine(Root.FullName, "src", "OAuthServer")).EnumerateFiles("*.cs", SearchOption.AllDirectories)
        .Where(file => !file.FullName.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static DirectoryInfo FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OAuthServer.sln"))) folder = folder.Parent!;
        return folder;
    }

    private static string Name(Match match) => match.Groups[1].Value;

    [GeneratedRegex(@"(?:OAuthError\.[A-Z]\w+\(|new(?: OAuthError)?\(""[a-z_]+"", (?=""|description))(?:""[^""]*""|[^"";])*;")]
    private static partial Regex Refusal();

    // The error comes first, and its description second; in the factories that is a variable.
    [GeneratedRegex(@"(?<=new|new OAuthError)\(""([a-z]+(?:_[a-z]+)+)"", (?=""[A-Z]|description)")]
    private static partial Regex Public();

    [GeneratedRegex(@"""([a-z]+(?:_[a-z]+)+)""")]
    private static partial Regex Code();

    [GeneratedRegex(@"^### ([a-z_]+)\r?$", RegexOptions.Multiline)]
    private static partial Regex Section();

    // An item of a list: `reason`: what happened. **Who**: how. It goes on in lines that are indented, and ends before the next.
    [GeneratedRegex(
        @"^- (?:<a id=""[a-z_]+""></a>)?`([a-z_]+)`: ((?:(?!\n- ).)+?)\.\s+\*\*((?:(?!\n- ).)+?)\*\*:\s+(.+?)(?=\r?\n(?!  ))",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Entry();
}
