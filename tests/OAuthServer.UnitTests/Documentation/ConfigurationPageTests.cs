using System.Text.RegularExpressions;
using OAuthServer.Configuration;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>Keeps docs/configuration.md like the server. <c>OAUTH_WRITE_DOCS=1</c> rewrites it.</summary>
public sealed partial class ConfigurationPageTests
{
    private readonly ConfigurationPage _page = new();

    [Fact]
    public void The_page_is_up_to_date() => WrittenPage.AssertIs("docs/configuration.md", _page.Write());

    [Fact]
    public void Every_setting_says_what_it_does()
    {
        var settings = ConfigurationPage.Settings();
        Assert.True(settings.Count > 30, "The settings were not found.");
        AssertNone(settings.Where(setting => _page.Purpose(setting).Length == 0), "has no comment");
    }

    [Fact]
    public void Every_figure_and_every_length_of_time_has_limits() =>
        AssertNone(ConfigurationPage.Settings().Where(setting => setting.Kind is "number" or "time" && ConfigurationPage.Limits(setting).Length == 0), "takes any value: let its validator refuse the absurd, beginning with the key");

    [Fact]
    public void Every_options_class_is_bound_strictly_and_so_is_on_the_page()
    {
        using var server = new ConfiguredServer("Production");
        Assert.Equal([nameof(DatabaseOptions)], server.OptionsClasses.Except(server.Sections.Select(section => section.Options)).Select(type => type.Name));
    }

    [Fact]
    public void Every_key_in_the_readme_exists()
    {
        var table = File.ReadAllText(Path.Combine(MarkdownPage.Root, "README.md")).Split("## Configuration", 2)[1].Split("\n## ", 2)[0];
        var named = table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => KeysOf(line.Split('|')[1])).ToList();
        Assert.True(named.Count >= 5, "The table was not found.");
        AssertExist(named);
    }

    [Fact]
    public void Every_key_in_the_documents_exists() => AssertExist(Directory.EnumerateFiles(Path.Combine(MarkdownPage.Root, "docs"), "*.md")
        .SelectMany(file => KeyInText().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct(StringComparer.Ordinal)
        .Where(key => ConfigurationPage.Settings().Any(setting => setting.Key.StartsWith(key.Split(':')[0] + ":", StringComparison.Ordinal))));

    // "`Audit:SealInterval`, `:Retention`" names two keys; "…" stands for any level.
    private static IEnumerable<string> KeysOf(string cell)
    {
        var full = "";
        foreach (var name in Quoted().Matches(cell).Select(match => match.Groups[1].Value))
        {
            if (name[0] == ':') yield return string.Join(':', full.Split(':').SkipLast(name.Count(c => c == ':'))) + name;
            else yield return full = name;
        }
    }

    private static void AssertExist(IEnumerable<string> keys)
    {
        var known = ConfigurationPage.Settings().Select(setting => setting.Key).Append("ConnectionStrings:OAuthServer").ToList();
        var unknown = keys.Where(key => !known.Exists(setting => Regex.IsMatch(setting, $"^{Regex.Escape(key).Replace("…", "[^:]+", StringComparison.Ordinal)}(:|$)"))).ToList();
        Assert.True(unknown.Count == 0, "No such setting: " + string.Join(", ", unknown));
    }

    private static void AssertNone(IEnumerable<Setting> settings, string what)
    {
        var found = settings.Select(setting => $"{setting.Key} {what}").ToList();
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("`([A-Z][A-Za-z]+(?::[A-Z][A-Za-z]+)+)`")]
    private static partial Regex KeyInText();
}
