using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using OAuthServer.Testing;
using static OAuthServer.OperatorTests.Release.ReleasedFiles;

namespace OAuthServer.OperatorTests.Release;

/// <summary>The files of a release are whole, say what they consist of, and work where they are unpacked.</summary>
public sealed partial class ReleaseTests : ReleaseTest
{
    [LongGateFact(Needs = Variable)]
    public async Task The_sums_are_those_of_all_files()
    {
        string[] expected =
        [
            Package, Symbols, $"OAuthServer.ResourceApi.{Preview}.cdx.json", $"oauthserver-{Preview}.cdx.json",
            $"{Server("linux-arm64")}.tar.gz", $"{Server("linux-x64")}.tar.gz",
        ];
        var sums = (await File.ReadAllLinesAsync(PathOf("SHA256SUMS"), Ct))
            .Select(line => line.Split("  "))
            .ToDictionary(line => line[1], line => line[0]);

        Assert.Equal(expected.Order(StringComparer.Ordinal), sums.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(expected.Length + 1, Directory.GetFileSystemEntries(Folder).Length);
        foreach (var (file, sum) in sums)
            Assert.Equal(
                sum, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(PathOf(file), Ct))));
    }

    [LongGateTheory(Needs = Variable)]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    public async Task The_server_is_whole_and_without_what_is_for_development(string platform)
    {
        var server = await UntarAsync(platform, Scratch);

        var files = Directory.EnumerateFiles(server, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(server, file))
            .ToList();
        Assert.Empty(
            ((string[])[
                "OAuthServer.dll", "OAuthServer.pdb", "appsettings.json", "CHANGELOG.md", "LICENSE", "SECURITY.md",
            ]).Except(files));
        Assert.DoesNotContain(files, file => file.Contains("LocalPostgres", StringComparison.Ordinal));
        Assert.DoesNotContain(
            "LocalPostgres",
            await File.ReadAllTextAsync(Path.Combine(server, "OAuthServer.deps.json"), Ct),
            StringComparison.Ordinal);
        var isHere = Environment.Is64BitProcess && platform.EndsWith("x64", StringComparison.Ordinal);
        if (!isHere) return;
        var (code, output) = await RunAsync(server, "dotnet", "OAuthServer.dll", "doctor", "--json");
        Assert.Equal(2, code); // nothing is configured
        Assert.Equal(Preview, JsonDocument.Parse(output).RootElement.GetProperty("version").GetString());
    }

    [LongGateTheory(Needs = Variable)]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    public async Task The_SBOM_names_each_package_that_is_in_the_server(string platform)
    {
        var server = await UntarAsync(platform, Scratch);
        using var published = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(server, "OAuthServer.deps.json"), Ct));
        var packages = published.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(library => library.Value.GetProperty("type").GetString() == "package")
            .Select(library => $"pkg:nuget/{library.Name.Replace('/', '@')}")
            .ToList();
        using var bill = JsonDocument.Parse(await File.ReadAllTextAsync(PathOf($"oauthserver-{Preview}.cdx.json"), Ct));
        var components = bill.RootElement.GetProperty("components").EnumerateArray().ToList();

        Assert.True(packages.Count > 40, "The packages were not found.");
        Assert.Equal("CycloneDX", bill.RootElement.GetProperty("bomFormat").GetString());
        Assert.Equal(
            Preview,
            bill.RootElement.GetProperty("metadata").GetProperty("component").GetProperty("version").GetString());
        Assert.Empty(packages.Except(
            components.Select(component => component.GetProperty("purl").GetString()!),
            StringComparer.OrdinalIgnoreCase));
        Assert.All(components, component => Assert.NotEmpty(component.GetProperty("hashes").EnumerateArray()));
        Assert.DoesNotContain(components, component =>
            component.GetProperty("name").GetString()!.Contains("LocalPostgres", StringComparison.Ordinal));
    }

    [LongGateFact(Needs = Variable)]
    public async Task A_release_is_refused_until_all_that_belongs_to_it_is_there()
    {
        var clone = await CloneAsync(Scratch);
        await IsRefusedAsync("this commit has no tag v1.0.0");
        await GitAsync("tag", "v1.0.0");
        await IsRefusedAsync("CHANGELOG.md has no heading for 1.0.0");
        await File.AppendAllTextAsync(Path.Combine(clone, "CHANGELOG.md"), "\n## [1.0.0]\n", Ct);
        await IsRefusedAsync("there are changes that are not committed");
        await GitAsync("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-qam", "Changelog");
        await GitAsync("tag", "-f", "v1.0.0");
        await IsRefusedAsync("PublicAPI.Unshipped.txt is not empty");

        async Task IsRefusedAsync(string why)
        {
            var (code, output) = await RunAsync(
                clone, Path.Combine(clone, ".ci", "release"), Path.Combine(Scratch, "out"));
            Assert.Equal((1, $"release: {why}"), (code, Sentence().Match(output).Value));
            Assert.False(Directory.Exists(Path.Combine(Scratch, "out")));
        }

        async Task GitAsync(params string[] arguments)
        {
            var (code, output) = await RunAsync(clone, "git", arguments);
            Assert.True(code == 0, output);
        }
    }

    [GeneratedRegex("^release: [^:\n]+", RegexOptions.Multiline)]
    private static partial Regex Sentence();
}
