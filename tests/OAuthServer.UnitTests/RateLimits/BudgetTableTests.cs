using System.Net;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.RateLimits;

[Collection(Alone.Name)]
public sealed class BudgetTableTests : IDisposable
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(15);
    private readonly FakeTimeProvider _clock = new();
    private readonly BudgetTable _table;

    public BudgetTableTests() => _table = new BudgetTable(2, Length, _clock, mostKeys: 100);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _table.Dispose();

    [Fact]
    public void Each_key_has_its_own_permits_and_looking_costs_none()
    {
        for (var i = 0; i < 5; i++) AssertLease(true, 2, _table.Look("a"));
        Assert.Equal(0, _table.Count);
        Assert.Null(_table.GetStatistics("a"));

        AssertLease(true, 1, _table.Take("a"));
        AssertLease(true, 0, _table.Take("a"));

        AssertLease(false, 0, _table.Look("a"));
        AssertLease(false, 0, _table.Take("a"));
        Assert.Equal(0, _table.GetStatistics("a")!.CurrentAvailablePermits);
        AssertLease(true, 1, _table.Take("b"));
    }

    [Fact]
    public async Task To_wait_is_to_be_answered_at_once()
    {
        using var asked = await _table.AcquireAsync("a", 0, Ct);
        using var one = await _table.AcquireAsync("a", 2, Ct);
        using var refused = await _table.AcquireAsync("a", 1, Ct);

        Assert.Equal((true, true, false), (asked.IsAcquired, one.IsAcquired, refused.IsAcquired));
    }

    [Fact]
    public void A_window_is_reported_once_and_a_key_without_one_never()
    {
        Assert.False(_table.TryReport("a"));
        _table.Take("a");

        Assert.True(_table.TryReport("a"));
        Assert.False(_table.TryReport("a"));
        _table.Take("b");
        Assert.True(_table.TryReport("b"));

        _clock.Advance(Length);
        Assert.True(_table.TryReport("a"));
    }

    [Fact]
    public void A_new_window_has_all_permits()
    {
        for (var i = 0; i < 3; i++) _table.Take("a");
        _clock.Advance(Length);

        AssertLease(true, 1, _table.Take("a"));
    }

    [Fact]
    public async Task Racers_at_a_new_key_share_its_permits()
    {
        const int racers = 4;
        const int rounds = 5_000;
        using var table = new BudgetTable(2, Length, _clock);
        using var line = new Barrier(racers);
        var acquired = new int[rounds];
        await Task.WhenAll(Enumerable.Range(0, racers).Select(
            _ => Task.Factory.StartNew(Race, Ct, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.All(acquired, count => Assert.Equal(2, count));

        void Race()
        {
            for (var round = 0; round < rounds; round++)
            {
                line.SignalAndWait(Ct);
                if (table.Take($"key-{round}").IsAcquired) Interlocked.Increment(ref acquired[round]);
            }
        }
    }

    [Fact]
    public void A_million_addresses_do_not_take_more_room_than_the_table_has()
    {
        using var budgets = new BudgetTable(100, Length, _clock);
        using var table = new BudgetTable(2, Length, _clock);
        for (var i = 0; i < 3; i++) table.Take("guesser");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 1_000_000; i++)
        {
            byte[] network = [0x20, 0x01, 0x0d, 0xb8, (byte)(i >> 16), (byte)(i >> 8), (byte)i, 0];
            var address = ClientAddress.From(new IPAddress([.. network, 0, 0, 0, 0, 0, 0, 0, 1]));
            table.Take(address.Text);
            budgets.Take(address.Text);
            // Whoever goes on is not forgotten in favour of those who come once.
            if (i % 1_000 == 0) Assert.False(table.Look("guesser").IsAcquired);
        }

        Assert.InRange(table.Count, 1, BudgetTable.MostKeys);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(grown / (2.0 * BudgetTable.MostKeys), 0, 1_024);
    }

    private static void AssertLease(bool acquired, int remaining, BudgetLease lease)
    {
        Assert.Equal(acquired, lease.IsAcquired);
        Assert.Equal(new BudgetState(2, remaining, Length), lease.State);
    }
}
