using System.Text.Json;
using System.Text.RegularExpressions;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>What <c>deploy/</c> gives to operators fits the server, and docs/install.md leads to each of it.</summary>
public sealed partial class DeployFileTests
{
    private static readonly string Root = MarkdownPage.Root;

    [Fact]
    public void The_page_names_every_file()
    {
        var page = MarkdownPage.Read("docs/install.md").Text;
        var files = Directory.EnumerateFiles(Path.Combine(Root, "deploy"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).ToList();
        Assert.True(files.Count > 10, "The files were not found.");
        // The folder of the manifests is named as a whole.
        Assert.DoesNotContain(files, file => !page.Contains(file, StringComparison.Ordinal)
            && !page.Contains($"({Parent(file)})", StringComparison.Ordinal));

        static string Parent(string file) => $"../{Path.GetDirectoryName(file)!.Replace('\\', '/')}";
    }

    [Fact]
    public void The_policies_allow_what_the_server_and_its_commands_ask_for_and_no_more()
    {
        string[] calls =
        [
            .. Directory.EnumerateFiles(Path.Combine(Root, "src", "OAuthServer", "Keys", "SecretsManager"), "*.cs")
                .SelectMany(file => Operation().Matches(File.ReadAllText(file))
                    .Select(match => $"secretsmanager:{match.Groups[1].Value}"))
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        Assert.Contains("secretsmanager:GetSecretValue", calls);

        Assert.Equal(["secretsmanager:GetSecretValue"], Actions("server-policy.json"));
        Assert.Equal(calls, Actions("keys-policy.json"));
        var terraform = Quoted().Matches(File.ReadAllText(Path.Combine(Root, "deploy", "aws", "secrets.tf")))
            .Select(match => match.Groups[1].Value)
            .Where(text => text.StartsWith("secretsmanager:", StringComparison.Ordinal));
        Assert.Equal(["secretsmanager:GetSecretValue", .. calls], terraform);
    }

    [Fact]
    public void The_settings_of_the_manifests_exist()
    {
        var known = ConfigurationPage.Settings().Select(setting => setting.Variable)
            .Append("ConnectionStrings__OAuthServer").Append("AWS_REGION").ToHashSet(StringComparer.Ordinal);
        var settings = File.ReadLines(Path.Combine(Root, "deploy", "kubernetes", "settings.env"))
            .Select(line => line.Split('=')[0]).ToList();

        Assert.True(settings.Count >= 3, "The settings were not found.");
        Assert.Empty(settings.Except(known));
    }

    [Fact]
    public void The_unit_gives_the_process_what_the_image_sets()
    {
        var unit = File.ReadAllText(Path.Combine(Root, "deploy", "systemd", "oauthserver.service"));
        var image = MemorySetting().Matches(File.ReadAllText(Path.Combine(Root, "Dockerfile")))
            .Select(match => match.Value);

        Assert.All(image, setting => Assert.Contains(setting, unit, StringComparison.Ordinal));
        Assert.Contains("RestartPreventExitStatus=2", unit, StringComparison.Ordinal);
    }

    private static string[] Actions(string policy)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "deploy", "aws", policy)));
        var statement = document.RootElement.GetProperty("Statement").EnumerateArray().Single();
        Assert.Equal("Allow", statement.GetProperty("Effect").GetString());
        Assert.All(
            statement.GetProperty("Resource").EnumerateArray(),
            resource => Assert.StartsWith("arn:aws:secretsmanager:", resource.GetString(), StringComparison.Ordinal));
        var actions = statement.GetProperty("Action");
        return actions.ValueKind == JsonValueKind.String
            ? [actions.GetString()!]
            : [.. actions.EnumerateArray().Select(action => action.GetString()!)];
    }

    [GeneratedRegex(@"class (\w+)Request\b")]
    private static partial Regex Operation();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b(?:DOTNET_GC|MALLOC_)\w+=\S+")]
    private static partial Regex MemorySetting();
}
