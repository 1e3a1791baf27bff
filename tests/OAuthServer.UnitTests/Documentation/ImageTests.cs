using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>
/// The two ways to an image give the same one, and who runs the server without it is told what it sets. Neither image
/// is built here: there is no registry to fetch the base from.
/// </summary>
public sealed partial class ImageTests
{
    /// <summary>What $APP_UID is in Microsoft's images.</summary>
    private const string AppUser = "1654";

    private static readonly string Dockerfile = Read("Dockerfile").Replace("\\\n", " ", StringComparison.Ordinal);
    private static readonly XElement Project = XElement.Parse(Read("src/OAuthServer/OAuthServer.csproj"));

    [Fact]
    public void Each_memory_setting_of_the_image_is_in_the_operators_page()
    {
        var settings = MemorySetting().Matches(Dockerfile).Select(match => match.Value).ToList();
        Assert.True(settings.Count > 3, "The settings were not found.");
        var page = MarkdownPage.Read("docs/operations/install.md").Text;
        Assert.All(settings, setting => Assert.Contains($"`{setting}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_image_of_the_project_is_that_of_the_Dockerfile()
    {
        Assert.Equal(Instructions("FROM")[^1], Property("ContainerBaseImage"));
        Assert.Equal(Instructions("WORKDIR")[^1], Property("ContainerWorkingDirectory"));
        Assert.Equal(
            Instructions("USER").Single().Replace("$APP_UID", AppUser, StringComparison.Ordinal),
            Property("ContainerUser"));
        Assert.Equal(Instructions("EXPOSE"), Items("ContainerPort").Select(port => port.Name));
        var entry = Items("ContainerAppCommand").Single().Name.Split(';').Select(word => $"\"{word}\"");
        Assert.Equal(Instructions("ENTRYPOINT").Single(), $"[{string.Join(", ", entry)}]");
        var variables = Instructions("ENV").Single().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(variables.Length > 4, "The variables were not found.");
        Assert.Equal(variables, Items("ContainerEnvironmentVariable").Select(item => $"{item.Name}={item.Value}"));
    }

    [Fact]
    public void Neither_image_has_the_private_PostgreSQL_or_a_user_with_rights()
    {
        // It is named only so that the lock file fits: its sources are not copied, and it cannot be published.
        Assert.DoesNotContain(Instructions("COPY"), copy => copy.Contains("LocalPostgres/ ", StringComparison.Ordinal));
        var reference = Project.Descendants("ProjectReference")
            .Single(item => item.Attribute("Include")!.Value.Contains("LocalPostgres", StringComparison.Ordinal));
        Assert.Equal("'$(WithLocalPostgres)' == 'true'", reference.Parent!.Attribute("Condition")!.Value);
        Assert.Contains(
            "'$(_IsPublishing)' != 'true'",
            Project.Descendants("WithLocalPostgres").Single().Attribute("Condition")!.Value,
            StringComparison.Ordinal);
        Assert.Equal(AppUser, Kubernetes().Match(Read("deploy/kubernetes/deployment.yaml")).Groups[1].Value);
    }

    [Fact]
    public void The_page_says_that_neither_was_built() =>
        Assert.Contains(
            "Neither image was built", MarkdownPage.Read("docs/releases.md").Text, StringComparison.Ordinal);

    private static string Read(string file) => File.ReadAllText(Path.Combine(MarkdownPage.Root, file));

    private static string[] Instructions(string name) =>
    [
        .. Dockerfile.Split('\n').Where(line => line.StartsWith($"{name} ", StringComparison.Ordinal))
            .Select(line => line[(name.Length + 1)..].Trim()),
    ];

    private static string Property(string name) => Project.Descendants(name).Single().Value;

    private static IEnumerable<(string Name, string? Value)> Items(string name) =>
        Project.Descendants(name).Select(item => (item.Attribute("Include")!.Value, item.Attribute("Value")?.Value));

    [GeneratedRegex(@"\b(?:DOTNET_GC|MALLOC_)\w+=\S+")]
    private static partial Regex MemorySetting();

    [GeneratedRegex(@"runAsUser: (\d+)")]
    private static partial Regex Kubernetes();
}
