using System.Text.RegularExpressions;
using OAuthServer.Storage;
using OAuthServer.Testing;

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
    public void Every_setting_can_be_set()
    {
        var computed = ConfigurationPage.Settings()
            .Where(setting => setting.Kind != "list" && setting.Path[^1].SetMethod is null);
        AssertNone(computed, "follows from others: make it internal, so that nobody can write it");
    }

    [Fact]
    public void Every_figure_and_every_length_of_time_has_limits()
    {
        var measures = ConfigurationPage.Settings().Where(setting => setting.Kind is "number" or "time");
        AssertNone(
            measures.Where(setting => ConfigurationPage.Limits(setting).Length == 0),
            "takes any value: let its validator refuse the absurd, beginning with the key");
    }

    [Fact]
    public void Every_options_class_is_bound_strictly_and_so_is_on_the_page()
    {
        using var server = new ConfiguredServer("Production");
        var bound = server.Sections.Select(section => section.Options);
        Assert.Equal([nameof(DatabaseOptions)], server.OptionsClasses.Except(bound).Select(type => type.Name));
    }

    [Fact]
    public void Every_key_in_the_readme_exists()
    {
        var section = MarkdownPage.Read("README.md").Text.Split("## Configuration", 2)[1].Split("\n## ", 2)[0];
        var rows = section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        var named = rows.SelectMany(line => KeysOf(line.Split('|')[1])).ToList();
        Assert.True(named.Count >= 5, "The table was not found.");
        AssertExist(named);
    }

    [Fact]
    public void Every_key_in_the_documents_exists()
    {
        var sections = ConfigurationPage.Settings().Select(Section).ToHashSet(StringComparer.Ordinal);
        var quoted = MarkdownPage.All().SelectMany(page => KeyInText().Matches(page.Text))
            .Select(match => match.Groups[1].Value);
        var keys = quoted.Where(key => sections.Contains(key.Split(':')[0])).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(keys.Count > 30, "The keys were not found.");
        AssertExist(keys);
    }

    // "`Audit:SealInterval`, `:Retention`" names two keys; "…" stands for any level.
    private static IEnumerable<string> KeysOf(string cell)
    {
        var full = "";
        foreach (var name in Quoted().Matches(cell).Select(match => match.Groups[1].Value))
        {
            var levels = name.Count(c => c == ':');
            if (name[0] == ':') yield return string.Join(':', full.Split(':').SkipLast(levels)) + name;
            else yield return full = name;
        }
    }

    private static void AssertExist(IEnumerable<string> keys)
    {
        const string Database = "ConnectionStrings:OAuthServer";
        string[] known = [.. ConfigurationPage.Settings().Select(setting => setting.Key), Database];
        var unknown = keys.Where(key => !known.Any(setting => Regex.IsMatch(setting, Pattern(key)))).ToList();
        Assert.True(unknown.Count == 0, "No such setting: " + string.Join(", ", unknown));
    }

    private static string Section(Setting setting) => setting.Key.Split(':')[0];

    private static string Pattern(string key) =>
        $"^{Regex.Escape(key).Replace("…", "[^:]+", StringComparison.Ordinal)}(:|$)";

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
