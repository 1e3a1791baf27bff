using System.Runtime.Versioning;
using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

/// <summary>Who may read the key files.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FileKeySourceModeTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_and_folder_belong_to_the_owner_alone()
    {
        var source = new FileKeySource(_folder.Path, makesFirstKey: true, TimeProvider.System);
        await source.AddAsync(TestKeys.Pem(0), onlyFirst: true, TestContext.Current.CancellationToken);

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            new DirectoryInfo(_folder.Path).UnixFileMode);
        Assert.All(
            new DirectoryInfo(_folder.Path).GetFiles(),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
    }
}
