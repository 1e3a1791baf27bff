using System.Runtime.Versioning;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Operators.Doctor;
using OAuthServer.UnitTests.Keys;

namespace OAuthServer.UnitTests.Operators.Doctor;

/// <summary>Where the files of keys are, and who may read them.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class KeyFileCheckTests
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Theory]
    [InlineData(Owner, "")]
    [InlineData(Owner | UnixFileMode.GroupRead, "Error key_file_readable")]
    [InlineData(Owner | UnixFileMode.OtherRead, "Error key_file_readable")]
    public async Task A_key_file_that_others_may_open_is_found(UnixFileMode mode, string expected)
    {
        using var folder = new TemporaryDirectory();
        Directory.CreateDirectory(folder.Path);
        var file = folder.File("current.pem");
        await File.WriteAllTextAsync(file, TestKeys.Pem(0), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, mode);

        var result = await RunAsync(SigningKeySource.File, folder, "Development");

        Assert.Equal(expected, string.Join(", ", result.Codes()));
        Assert.All(
            result.Findings, finding => Assert.Contains($"chmod 600 {file}", finding.Do, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_outside_Development_are_found()
    {
        using var folder = new TemporaryDirectory();

        var files = await RunAsync(SigningKeySource.File, folder, "Production");
        Assert.Equal(["Warning key_files_in_production"], files.Codes());
        Assert.Empty((await RunAsync(SigningKeySource.File, folder, "Development")).Findings);
        Assert.Empty((await RunAsync(SigningKeySource.SecretsManager, folder, "Production")).Findings);
    }

    private static Task<CheckResult> RunAsync(SigningKeySource source, TemporaryDirectory folder, string environment)
    {
        var options = Options.Create(new SigningKeyOptions { Source = source, Directory = folder.Path });
        return Checking.RunAsync(new KeyFileCheck(options, Checking.Environment(environment)));
    }
}
