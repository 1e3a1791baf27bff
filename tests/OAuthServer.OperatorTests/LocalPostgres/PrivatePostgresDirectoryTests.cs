using System.Runtime.Versioning;
using OAuthServer.LocalPostgres;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.LocalPostgres;

/// <summary>Where a private cluster goes when the wanted directory cannot be used.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PrivatePostgresDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _closed = TestClusters.NewDirectory();
    private string? _fallback;

    public void Dispose()
    {
        Directory.Delete(_closed, recursive: true);
        if (_fallback is not null) TestClusters.Remove(_fallback);
    }

    [Fact]
    public async Task A_checkout_that_the_server_user_cannot_reach_has_its_data_elsewhere_every_time_the_same()
    {
        var options = new PrivatePostgresOptions { Directory = ClosedToTheServer(), Disposable = true };
        var log = new RecordedLog();
        for (var start = 1; start <= 2; start++)
        {
            var started = Assert.IsType<PrivatePostgresStart.Started>(
                await PrivatePostgres.StartAsync(options, log, TestContext.Current.CancellationToken));
            Assert.NotEqual(options.Directory, started.Server.Directory);
            Assert.True(_fallback is null || _fallback == started.Server.Directory);
            _fallback = started.Server.Directory;
            Assert.Contains(
                $"cannot use {options.Directory}, so PostgreSQL's data are in {_fallback}",
                log.Text,
                StringComparison.Ordinal);
            await started.Server.DisposeAsync();
        }

        Assert.False(Directory.Exists(options.Directory));
    }

    [Fact]
    public async Task A_directory_that_someone_else_put_in_its_place_is_refused()
    {
        var wanted = ClosedToTheServer();
        var account = ServerAccount.Choose()!;
        var (chosen, _) = ClusterDirectory.Choose(account, wanted);
        _fallback = chosen!.Root;
        Directory.Delete(_fallback);
        // Made by root it is not the server user's; made by the server's own user it is open to others. Neither can be
        // trusted.
        Directory.CreateDirectory(
            _fallback,
            Environment.IsPrivilegedProcess ? OwnerOnly : OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        var start = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Directory = wanted },
            new RecordedLog(),
            TestContext.Current.CancellationToken);
        Assert.Contains(_fallback, Assert.IsType<PrivatePostgresStart.Failed>(start).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_someone_else_put_in_its_place_is_refused()
    {
        var wanted = ClosedToTheServer();
        var account = ServerAccount.Choose()!;
        var (chosen, _) = ClusterDirectory.Choose(account, wanted);
        var target = chosen!.Root + "-target";
        Directory.Move(chosen.Root, target);
        File.CreateSymbolicLink(chosen.Root, target);
        try
        {
            var start = await PrivatePostgres.StartAsync(
                new PrivatePostgresOptions { Directory = wanted },
                new RecordedLog(),
                TestContext.Current.CancellationToken);
            Assert.IsType<PrivatePostgresStart.Failed>(start);
        }
        finally
        {
            File.Delete(chosen.Root);
            Directory.Delete(target, recursive: true);
        }
    }

    // Root hands PostgreSQL over to another user, whom a closed directory keeps out; an ordinary user is kept out by a
    // read-only one.
    private string ClosedToTheServer()
    {
        Directory.CreateDirectory(_closed);
        File.SetUnixFileMode(
            _closed, Environment.IsPrivilegedProcess ? OwnerOnly : UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return Path.Combine(_closed, "checkout", ".data", "postgres");
    }
}
