using System.Runtime.Versioning;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Operators.Doctor;
using OAuthServer.UnitTests.Keys;

namespace OAuthServer.UnitTests.Operators.Doctor;

/// <summary>Who may read the files of a key.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class KeyFileModeTests
{
    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, "")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, "Error key_file_readable")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead, "Error key_file_readable")]
    public async Task A_key_file_that_others_may_open_is_found(UnixFileMode mode, string expected)
    {
        using var folder = new TemporaryDirectory();
        Directory.CreateDirectory(folder.Path);
        await File.WriteAllTextAsync(folder.File("current.pem"), TestKeys.Pem(0), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(folder.File("current.pem"), mode);
        var options = new SigningKeyOptions { Source = SigningKeySource.File, Directory = folder.Path };

        var saw = await Look.AtAsync(new KeyFileCheck(Options.Create(options), Look.Environment("Development")));

        Assert.Equal(expected, string.Join(", ", saw.Codes()));
        Assert.All(saw.Findings, finding => Assert.Contains($"chmod 600 {folder.File("current.pem")}", finding.Do, StringComparison.Ordinal));
    }
}
