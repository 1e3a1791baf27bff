using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Operators.Doctor;
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
        for (var i = 0; i < 5; i++) Assert.Equal((true, new BudgetState(2, 2, Length, false)), _table.Look("a"));
        Assert.Equal(0, _table.Count);

        Assert.True(_table.Take("a").Acquired);
        Assert.Equal((true, new BudgetState(2, 0, Length, false)), _table.Take("a"));

        Assert.Equal((false, new BudgetState(2, 0, Length, true)), _table.Look("a"));
        Assert.Equal((false, new BudgetState(2, 0, Length, false)), _table.Take("a"));
        Assert.True(_table.Take("b").Acquired);
    }

    [Fact]
    public void A_new_window_has_all_permits()
    {
        for (var i = 0; i < 3; i++) _table.Take("a");
        _clock.Advance(Length);

        Assert.Equal((true, new BudgetState(2, 1, Length, false)), _table.Take("a"));
    }

    [Fact]
    public async Task Racers_at_a_new_key_share_its_permits()
    {
        const int racers = 4;
        const int rounds = 5_000;
        using var table = new BudgetTable(2, Length, _clock);
        using var line = new Barrier(racers);
        var acquired = new int[rounds];
        await Task.WhenAll(Enumerable.Range(0, racers).Select(_ => Task.Factory.StartNew(Race, Ct, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.All(acquired, count => Assert.Equal(2, count));

        void Race()
        {
            for (var round = 0; round < rounds; round++)
            {
                line.SignalAndWait(Ct);
                if (table.Take($"key-{round}").Acquired) Interlocked.Increment(ref acquired[round]);
            }
        }
    }

    [Fact]
    public void A_million_addresses_do_not_take_more_room_than_the_table_has()
    {
        using var budgets = new Budgets(Options.Create(new RateLimitOptions()), _clock);
        using var table = new BudgetTable(2, Length, _clock);
        for (var i = 0; i < 3; i++) table.Take("guesser");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 1_000_000; i++)
        {
            var address = ClientAddress.From(new IPAddress([0x20, 0x01, 0x0d, 0xb8, (byte)(i >> 16), (byte)(i >> 8), (byte)i, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
            table.Take(address.Text);
            budgets.Take(BudgetNames.Token, address, 1);
            // Whoever goes on is not forgotten in favour of those who come once.
            if (i % 1_000 == 0) Assert.False(table.Look("guesser").Acquired);
        }

        Assert.InRange(table.Count, 1, BudgetTable.MostKeys);
        Assert.InRange((GC.GetTotalMemory(forceFullCollection: true) - before) / (2.0 * BudgetTable.MostKeys), 0, 1_024);
    }
}
