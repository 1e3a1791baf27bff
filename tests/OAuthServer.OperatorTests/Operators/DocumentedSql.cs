using System.Text.RegularExpressions;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators;

/// <summary>The SQL of a page of the documentation, with the values that its reader fills in.</summary>
internal static partial class DocumentedSql
{
    /// <summary>Every page that has SQL, from the root of the checkout.</summary>
    public static IReadOnlyList<string> Pages { get; } =
    [
        .. Directory.EnumerateFiles(PathOf("docs"), "*.md", SearchOption.AllDirectories).Append(PathOf("README.md"))
            .Where(file => SqlBlock().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(PathOf("."), file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The blocks of a page, or of one section of it.</summary>
    public static List<string> Blocks(string page, string? heading = null, string? email = null) =>
        [.. SqlBlock().Matches(Section(page, heading)).Select(block => Filled(block.Groups[1].Value, email))];

    public static string PathOf(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (folder.EnumerateFiles("*.sln").Any()) return Path.GetFullPath(file, folder.FullName);
        throw new FileNotFoundException(file);
    }

    private static string Section(string page, string? heading)
    {
        var document = File.ReadAllText(PathOf(page));
        if (heading is null) return document;
        var start = document.IndexOf(heading + "\n", StringComparison.Ordinal);
        Assert.True(start >= 0, heading);
        var level = heading.Split(' ')[0];
        var end = document.IndexOf($"\n{level} ", start + 1, StringComparison.Ordinal);
        return document[start..(end < 0 ? document.Length : end)];
    }

    private static string Filled(string sql, string? email) => Placeholder().Replace(sql, found => found.Value switch
    {
        ":'client_id'" => $"'{TestData.Web}'",
        ":'email'" => $"'{email ?? TestData.Email}'",
        ":from_id" => "1",
        ":to_id" => "5",
        "<bcrypt hash>" => TestData.FullSecretHash,
        _ => throw new InvalidOperationException($"What is {found.Value}?"),
    });

    [GeneratedRegex(@"```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex SqlBlock();

    // Not the cast, which is two colons.
    [GeneratedRegex(@"(?<![:\w]):(?:'\w+'|[a-z]\w*)|<[a-z ]+>")]
    private static partial Regex Placeholder();
}
