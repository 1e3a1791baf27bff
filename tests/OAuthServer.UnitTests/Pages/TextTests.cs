using System.Text.RegularExpressions;
using System.Xml.Linq;
using OAuthServer.UnitTests.Architecture;

namespace OAuthServer.UnitTests.Pages;

/// <summary>
/// Every text that is asked for is there in each language, none is left over, and places for values agree.
/// </summary>
public sealed partial class TextTests
{
    private static readonly string[] Languages = ["", "de"];

    // Asked for by a key that is put together: of an error by its reason, of a fault by Identity's code, of a kind of
    // mail.
    private static readonly string[] ByName =
    [
        "Reason.",
        "NewPassword.",
        "ProfileFault.",
        "Scope.",
        "Mail",
        "Operators.State.",
        "Operators.Ask.",
        "Operators.Message.",
    ];

    public static TheoryData<string> Areas =>
        [.. Folder().GetFiles("*.resx").Select(file => file.Name.Split('.')[0]).Distinct()];

    [Theory]
    [MemberData(nameof(Areas))]
    public void Every_text_is_there_in_each_language_with_the_same_places(string area)
    {
        var english = Read(area, "");

        foreach (var language in Languages)
        {
            var texts = Read(area, language);
            Assert.Equal(english.Keys.Order(), texts.Keys.Order());
            Assert.All(texts, text => Assert.Equal(Places(english[text.Key]), Places(text.Value)));
            Assert.All(texts.Values, text => Assert.Equal(text.Trim(), text));
            Assert.All(texts.Values, text => Assert.NotEmpty(text));
        }
    }

    [Fact]
    public void Every_text_that_is_asked_for_is_there_and_none_is_left_over()
    {
        var written = Areas.SelectMany(area => Read(area.Data, "").Keys.Select(name => $"{area.Data}.{name}"))
            .ToHashSet();
        var asked = CompiledServer.SourceFiles().SelectMany(file => file.Lines)
            .SelectMany(line => AskedKey().Matches(line)).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.DoesNotContain(asked, key => IsOfAnArea(key) && !written.Contains(key));
        Assert.DoesNotContain(
            written,
            text => !asked.Contains(text) && !ByName.Any(start => text.StartsWith(start, StringComparison.Ordinal)));
    }

    private static bool IsOfAnArea(string key) =>
        Areas.Any(area => key.StartsWith(area.Data + ".", StringComparison.Ordinal));

    private static Dictionary<string, string> Read(string area, string language)
    {
        var name = language.Length == 0 ? $"{area}.resx" : $"{area}.{language}.resx";
        return XDocument.Load(Path.Combine(Folder().FullName, name)).Root!.Elements("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);
    }

    private static string Places(string text) =>
        string.Join(' ', Place().Matches(text).Select(match => match.Value).Distinct().Order());

    private static DirectoryInfo Folder() =>
        new(Path.Combine(CompiledServer.SourceFolder, "OAuthServer", "Pages", "Texts"));

    // In C# and in Razor a key is a constant: "Area.Name".
    [GeneratedRegex("\"([A-Z][A-Za-z]+\\.[A-Z][A-Za-z]+)\"")]
    private static partial Regex AskedKey();

    [GeneratedRegex(@"\{\d+[^}]*\}")]
    private static partial Regex Place();
}
