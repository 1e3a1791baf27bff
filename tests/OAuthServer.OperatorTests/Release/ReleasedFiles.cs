using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Release;

/// <summary>
/// What <c>.ci/release --preview</c> made, in the folder that the long gate names in <c>OAUTH_RELEASE</c>.
/// </summary>
internal static class ReleasedFiles
{
    public const string Preview = "1.0.0-preview";
    public const string Package = $"OAuthServer.ResourceApi.{Preview}.nupkg";
    public const string Symbols = $"OAuthServer.ResourceApi.{Preview}.snupkg";

    /// <summary>Names the folder; the tests of it are there where it is set.</summary>
    public const string Variable = "OAUTH_RELEASE";

    public static string Folder => Environment.GetEnvironmentVariable(Variable)!;

    public static string PathOf(string file) => Path.Combine(Folder, file);

    public static string Server(string platform) => $"oauthserver-{Preview}-{platform}";

    /// <summary>The files of a package, by path, without what the packing itself adds.</summary>
    public static async Task<Dictionary<string, byte[]>> UnzipAsync(string file)
    {
        await using var zip = await ZipFile.OpenReadAsync(PathOf(file));
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries.Where(entry => !entry.FullName.StartsWith("_rels/", StringComparison.Ordinal)
                     && !entry.FullName.StartsWith("package/", StringComparison.Ordinal)
                     && entry.Name != "[Content_Types].xml"))
        {
            await using var content = await entry.OpenAsync();
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes);
            files.Add(entry.FullName, bytes.ToArray());
        }

        return files;
    }

    /// <summary>Unpacks the server for a platform below a folder, and says where it is.</summary>
    public static async Task<string> UntarAsync(string platform, string folder)
    {
        await using var file = File.OpenRead(PathOf($"{Server(platform)}.tar.gz"));
        await using var tar = new GZipStream(file, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(tar, folder, overwriteFiles: false);
        return Path.Combine(folder, Server(platform));
    }

    /// <summary>What a program printed, and its exit code.</summary>
    public static async Task<(int Code, string Output)> RunAsync(
        string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
                ["CI"] = "true",
            },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    /// <summary>A clone of the commit that is checked out, below a folder.</summary>
    public static async Task<string> CloneAsync(string folder)
    {
        var clone = Path.Combine(folder, "clone");
        var (code, output) = await RunAsync(
            folder, "git", "clone", "-q", Path.GetDirectoryName(Checkout.File("OAuthServer.sln"))!, clone);
        Assert.True(code == 0, output);
        // As the release is made: the name of a branch would be in the package.
        (code, output) = await RunAsync(clone, "git", "checkout", "-q", "--detach");
        Assert.True(code == 0, output);
        return clone;
    }
}
