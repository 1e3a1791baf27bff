using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>When the connections that are open are thrown away.</summary>
public sealed class SessionWatchTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new();
    private TestDatabase _database = null!;
    private NpgsqlDataSource _pool = null!;
    private SessionWatch _watch = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _pool = NpgsqlDataSource.Create(_database.ConnectionString + ";Maximum Pool Size=1");
        _watch = new SessionWatch(_pool, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task One_failure_that_many_meet_empties_the_pool_once_a_second()
    {
        var first = await SessionAsync();
        Assert.Equal(first, await SessionAsync());
        _watch.EmptyPool();
        var second = await SessionAsync();
        Assert.NotEqual(first, second);

        _clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        _watch.EmptyPool();
        Assert.Equal(second, await SessionAsync());

        _clock.Advance(TimeSpan.FromTicks(1));
        _watch.EmptyPool();
        Assert.NotEqual(second, await SessionAsync());
    }

    private async Task<int> SessionAsync()
    {
        await using var connection = await _pool.OpenConnectionAsync(Ct);
        return connection.ProcessID;
    }
}
