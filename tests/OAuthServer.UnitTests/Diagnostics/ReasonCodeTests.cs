using System.Text.RegularExpressions;

namespace OAuthServer.UnitTests.Diagnostics;

/// <summary>Whoever meets a reason in a log finds it in docs/errors.md.</summary>
public sealed partial class ReasonCodeTests
{
    private const int FewestReasons = 40;

    [Fact]
    public void Every_error_and_reason_in_the_source_has_an_entry()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "OAuthServer.sln"))) root = root.Parent!;
        var documented = File.ReadAllText(Path.Combine(root.FullName, "docs", "errors.md"));

        var used = Directory.EnumerateFiles(Path.Combine(root.FullName, "src", "OAuthServer"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Refusal().Matches(File.ReadAllText(file)))
            .SelectMany(refusal => Code().Matches(refusal.Value))
            .Select(code => code.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);

        Assert.True(used.Count >= FewestReasons, $"Only {used.Count} reasons were found: does the pattern still fit the source?");
        var undocumented = used.Where(code => !Regex.IsMatch(documented, $@"(?<![a-z_]){code}(?![a-z_])")).Order(StringComparer.Ordinal);
        Assert.Equal(string.Empty, string.Join(' ', undocumented));
    }

    // A refusal is made by a factory of OAuthError or by new(code, description, reason).
    [GeneratedRegex(@"(OAuthError\.[A-Z]\w+|new OAuthError|new)\((""|state|client|challenge)[^;]*;")]
    private static partial Regex Refusal();

    [GeneratedRegex(@"""([a-z]+(?:_[a-z]+)+)""")]
    private static partial Regex Code();
}
