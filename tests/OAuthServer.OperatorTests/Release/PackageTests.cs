using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OAuthServer.Testing;
using static OAuthServer.OperatorTests.Release.ReleasedFiles;

namespace OAuthServer.OperatorTests.Release;

/// <summary>The package for APIs is one that a stranger can judge, debug and use.</summary>
public sealed partial class PackageTests : ReleaseTest
{
    private const string Origin = "https://github.com/example/OAuthServer";

    // Told what a source link is in a symbol file (Portable PDB format, SourceLink and EmbeddedSource).
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    [LongGateFact(Needs = Variable)]
    public async Task The_package_says_whose_it_is_and_what_it_needs_on_each_framework()
    {
        var files = await UnzipAsync(Package);
        Assert.Equal(
            [
                "OAuthServer.ResourceApi.nuspec", "README.md", "icon.png",
                "lib/net10.0/OAuthServer.ResourceApi.dll", "lib/net10.0/OAuthServer.ResourceApi.xml",
                "lib/net8.0/OAuthServer.ResourceApi.dll", "lib/net8.0/OAuthServer.ResourceApi.xml",
            ],
            files.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(files["icon.png"].Length, 1, 10_000);
        var about = XElement.Parse(Encoding.UTF8.GetString(files["OAuthServer.ResourceApi.nuspec"]).TrimStart('\uFEFF'))
            .Elements()
            .Single();
        var (_, head) = await RunAsync(
            Path.GetDirectoryName(Checkout.File("OAuthServer.sln"))!, "git", "rev-parse", "HEAD");
        Assert.Equal(
            ["OAuthServer.ResourceApi", Preview, "MIT", "README.md", "icon.png", head.Trim()],
            [
                Of("id"),
                Of("version"),
                Of("license"),
                Of("readme"),
                Of("icon"),
                Element("repository").Attribute("commit")!.Value,
            ]);
        var groups = Element("dependencies").Elements().ToDictionary(
            group => group.Attribute("targetFramework")!.Value,
            group => group.Elements().ToDictionary(
                package => package.Attribute("id")!.Value, package => package.Attribute("version")!.Value));
        Assert.Equal(["net10.0", "net8.0"], groups.Keys.Order(StringComparer.Ordinal));
        Assert.StartsWith(
            "8.0.", groups["net8.0"]["Microsoft.AspNetCore.Authentication.JwtBearer"], StringComparison.Ordinal);
        Assert.StartsWith(
            "10.0.", groups["net10.0"]["Microsoft.AspNetCore.Authentication.JwtBearer"], StringComparison.Ordinal);
        Assert.DoesNotContain(
            groups.Values, group => group.Keys.Any(package => package.Contains("Analyzers", StringComparison.Ordinal)));

        XElement Element(string name) => about.Elements().Single(element => element.Name.LocalName == name);
        string Of(string name) => Element(name).Value;
    }

    [LongGateFact(Needs = Variable)]
    public async Task The_same_commit_gives_the_same_bytes_and_an_address_of_its_sources_where_there_is_a_host()
    {
        var clone = await CloneAsync(Scratch);
        // As the release has it: whatever the checkout's origin is, if it has any.
        var (known, origin) = await RunAsync(
            Path.GetDirectoryName(Checkout.File("OAuthServer.sln"))!, "git", "remote", "get-url", "origin");
        await OkAsync(
            clone, "git", known == 0 ? ["remote", "set-url", "origin", origin.Trim()] : ["remote", "remove", "origin"]);
        var again = await PackAsync(clone, "again");
        Assert.Equal(
            await File.ReadAllBytesAsync(PathOf(Package), Ct),
            await File.ReadAllBytesAsync(Path.Combine(again, Package), Ct));
        Assert.Equal(
            await File.ReadAllBytesAsync(PathOf(Symbols), Ct),
            await File.ReadAllBytesAsync(Path.Combine(again, Symbols), Ct));

        await OkAsync(
            clone, "git", known == 0 ? ["remote", "set-url", "origin", Origin] : ["remote", "add", "origin", Origin]);
        var (_, head) = await RunAsync(clone, "git", "rev-parse", "HEAD");
        var hosted = await PackAsync(clone, "hosted");
        await using var symbols = await ZipFile.OpenReadAsync(Path.Combine(hosted, Symbols), Ct);
        var files = symbols.Entries.Where(entry => entry.Name.EndsWith(".pdb", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, files.Count);
        foreach (var file in files)
        {
            var (address, sources) = await ReadAsync(file);
            Assert.Contains(
                $"https://raw.githubusercontent.com/example/OAuthServer/{head.Trim()}/*",
                address,
                StringComparison.Ordinal);
            Assert.True(sources > 20, "The sources are not in the symbols.");
        }
    }

    [LongGateTheory(Needs = Variable)]
    [InlineData("net8.0")]
    [InlineData("net10.0")]
    public async Task The_program_of_its_README_compiles_against_it(string framework)
    {
        var readme = Encoding.UTF8.GetString((await UnzipAsync(Package))["README.md"]);
        var usual = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await File.WriteAllTextAsync(Path.Combine(Scratch, "Program.cs"), Program().Match(readme).Groups[1].Value, Ct);
        // What was packed is taken from its folder and kept here: another one of the same version may come tomorrow.
        await File.WriteAllTextAsync(Path.Combine(Scratch, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="release" value="{Folder}" /></packageSources>
              <fallbackPackageFolders><add key="usual" value="{usual}" /></fallbackPackageFolders>
            </configuration>
            """, Ct);
        await File.WriteAllTextAsync(Path.Combine(Scratch, "Api.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>{framework}</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost>
                <RestorePackagesPath>packages</RestorePackagesPath>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="OAuthServer.ResourceApi" Version="{Preview}" /></ItemGroup>
            </Project>
            """, Ct);

        await OkAsync(Scratch, "dotnet", "build", "-c", "Release");

        Assert.True(File.Exists(Path.Combine(Scratch, "bin", "Release", framework, "OAuthServer.ResourceApi.dll")));
    }

    private async Task<string> PackAsync(string clone, string name)
    {
        var output = Path.Combine(Scratch, name);
        var (_, time) = await RunAsync(clone, "git", "log", "-1", "--format=%ct");
        await OkAsync(
            clone, "dotnet", "pack", "src/OAuthServer.ResourceApi", "-c", "Release", "-p:WithNet8=true",
            "-p:VersionSuffix=preview", $"-p:DeterministicTimestamp={time.Trim()}", "--output", output);
        return output;
    }

    private static async Task OkAsync(string folder, string program, params string[] arguments)
    {
        var (code, output) = await RunAsync(folder, program, arguments);
        Assert.True(code == 0, output);
    }

    // The address of the sources, and how many of them are in the file.
    private static async Task<(string Address, int Sources)> ReadAsync(ZipArchiveEntry file)
    {
        using var bytes = new MemoryStream();
        await using (var content = await file.OpenAsync()) await content.CopyToAsync(bytes);
        bytes.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(bytes);
        var reader = provider.GetMetadataReader();
        var kinds = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .ToLookup(info => reader.GetGuid(info.Kind));
        return (
            Encoding.UTF8.GetString(reader.GetBlobBytes(kinds[SourceLink].Single().Value)),
            kinds[EmbeddedSource].Count());
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Program();
}
