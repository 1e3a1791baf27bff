using System.Text.RegularExpressions;
using OAuthServer.Operators.Doctor;
using OAuthServer.UnitTests.Architecture;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>Who runs the server without its image is told what the image sets.</summary>
public sealed partial class ImageTests
{
    private static readonly string Repository = Path.GetFullPath(Path.Combine(CompiledServer.SourceFolder, ".."));

    [Fact]
    public void Each_memory_setting_of_the_image_is_in_the_operators_page()
    {
        var settings = MemorySetting().Matches(File.ReadAllText(Path.Combine(Repository, "Dockerfile"))).Select(match => match.Value).ToList();
        Assert.True(settings.Count > 3, "The settings were not found.");
        var page = File.ReadAllText(Path.Combine(Repository, "docs", "operations", "install.md"));
        Assert.All(settings, setting => Assert.Contains($"`{setting}`", page, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\b(?:DOTNET_GC|MALLOC_)\w+=\S+")]
    private static partial Regex MemorySetting();
}
