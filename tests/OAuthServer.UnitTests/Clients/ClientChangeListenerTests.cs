using Microsoft.Extensions.Options;
using OAuthServer.Clients;
using OAuthServer.Storage;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Keys;
using OAuthServer.UnitTests.Storage;

namespace OAuthServer.UnitTests.Clients;

/// <summary>
/// What listening for changed clients does while there is no database; with one it is tested on a real server.
/// </summary>
public sealed class ClientChangeListenerTests : IDisposable
{
    private readonly WaitingClock _clock = new();
    private readonly RecordedLog<ClientChangeListener> _log = new();
    private readonly ResourceDirectory _resources;
    private readonly ClientDirectory _directory;
    private readonly ClientChangeListener _listener;

    public ClientChangeListenerTests()
    {
        var database = new DatabaseOptions { ConnectionString = "Host=127.0.0.1;Port=1;Username=oauth;Timeout=5" };
        var cache = Options.Create(new ClientCacheOptions());
        var clients = new OAuthServer.Storage.Clients(new FailingDatabase());
        _resources = new ResourceDirectory(new Resources(new FailingDatabase()), Apis.Server, cache, _clock);
        _directory = new ClientDirectory(clients, _resources, cache, _clock);
        _listener = new ClientChangeListener(
            new DatabaseAccess(Options.Create(database)), clients, [_directory], cache, _clock, _log);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _listener.Dispose();
        _directory.Dispose();
        _resources.Dispose();
    }

    [Fact]
    public async Task It_is_tried_again_every_two_seconds_and_each_time_is_told()
    {
        await _listener.StartAsync(Ct);
        for (var turn = 0; turn < 3; turn++) Assert.Equal(TimeSpan.FromSeconds(2), await _clock.PassAsync());
        await _clock.NextAsync();

        Assert.Equal(4, _log.Lines.Count);
        Assert.All(_log.Lines, line =>
        {
            Assert.StartsWith(
                "1201 Warning: Listening for client changes was interrupted (", line, StringComparison.Ordinal);
            Assert.EndsWith("); changes take effect within 00:00:30 until it is back.", line, StringComparison.Ordinal);
        });
        await _listener.StopAsync(Ct);
        Assert.Equal(4, _log.Lines.Count);
    }
}
