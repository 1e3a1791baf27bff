using System.Text.RegularExpressions;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>Who runs the server without its image is told what the image sets.</summary>
public sealed partial class ImageTests
{
    [Fact]
    public void Each_memory_setting_of_the_image_is_in_the_operators_page()
    {
        var image = File.ReadAllText(Path.Combine(MarkdownPage.Root, "Dockerfile"));
        var settings = MemorySetting().Matches(image).Select(match => match.Value).ToList();
        Assert.True(settings.Count > 3, "The settings were not found.");
        var page = MarkdownPage.Read("docs/operations/install.md").Text;
        Assert.All(settings, setting => Assert.Contains($"`{setting}`", page, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\b(?:DOTNET_GC|MALLOC_)\w+=\S+")]
    private static partial Regex MemorySetting();
}
