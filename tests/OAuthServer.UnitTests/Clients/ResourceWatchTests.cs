using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Clients;
using OAuthServer.Storage;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Keys;
using OAuthServer.UnitTests.Storage;

namespace OAuthServer.UnitTests.Clients;

/// <summary>
/// What happens to the list of APIs while there is no database; with one it is tested on a real server.
/// </summary>
public sealed class ResourceWatchTests : IDisposable
{
    private readonly WaitingClock _clock = new();
    private readonly FailingDatabase _database = new();
    private readonly RecordedLog<ResourceWatch> _log = new();
    private readonly ResourceDirectory _directory;
    private readonly ResourceWatch _watch;

    public ResourceWatchTests()
    {
        _directory = new ResourceDirectory(
            new Resources(_database), Apis.Server, Options.Create(new ClientCacheOptions()), _clock);
        _watch = new ResourceWatch(_directory, _clock, _log);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _watch.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task It_is_read_again_every_two_seconds_until_it_can_be_had()
    {
        await _watch.StartAsync(Ct);
        for (var turn = 0; turn < 3; turn++) Assert.Equal(TimeSpan.FromSeconds(2), await _clock.PassAsync());
        await _clock.NextAsync();

        Assert.Equal(4, _database.Asked);
        Assert.Empty(_log.Lines);
        await _watch.StopAsync(Ct);
    }

    [Fact]
    public async Task Who_needs_it_meanwhile_is_told_of_the_outage_and_documents_do_without()
    {
        await Assert.ThrowsAsync<NpgsqlException>(async () => await _directory.ReadAsync(Ct));
        Assert.Null(_directory.LastKnown);
        var health = await new ResourceHealthCheck(_directory).CheckHealthAsync(new HealthCheckContext(), Ct);
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
    }

    [Fact]
    public async Task A_change_wakes_whoever_waits_for_one_and_two_changes_wake_once()
    {
        _directory.DropAll();
        _directory.Drop(string.Empty);
        await _directory.WaitAsync(Ct);
        var next = _directory.WaitAsync(Ct);
        Assert.False(next.IsCompleted);
        // Nothing was read yet, so a document that is asked for wants it read.
        Assert.Null(_directory.LastKnown);
        await next.WaitAsync(TimeSpan.FromSeconds(20), Ct);
    }
}
