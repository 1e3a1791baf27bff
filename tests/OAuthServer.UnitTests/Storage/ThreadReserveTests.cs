using OAuthServer.Storage;
using OAuthServer.UnitTests.Keys;

namespace OAuthServer.UnitTests.Storage;

/// <summary>How many threads are kept ready while the database hangs. The pool is one for the whole process.</summary>
[Collection(Alone.Name)]
public sealed class ThreadReserveTests : IAsyncLifetime
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly WaitingClock _clock = new();
    private readonly StatementsUnderWay _statements = new();
    private readonly ThreadReserve _reserve;
    private readonly int _usual;

    public ThreadReserveTests()
    {
        _reserve = new ThreadReserve(_statements, _clock);
        _usual = Least();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _reserve.StartAsync(Ct);
        // A tick before there is a timer would be lost.
        Assert.Equal(Interval, await _clock.NextAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _reserve.StopAsync(CancellationToken.None);
        _reserve.Dispose();
        Assert.Equal(_usual, Least());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(200, 200)]
    [InlineData(201, 200)]
    public async Task While_no_statement_ends_there_is_a_thread_for_each_up_to_200(int hanging, int kept)
    {
        for (var number = 0; number < hanging; number++) _statements.Begin();

        await BecomesAsync(kept);
    }

    [Fact]
    public async Task When_as_many_have_ended_as_still_wait_it_does_not_hang()
    {
        var statements = Enumerable.Range(0, 5).Select(_ => _statements.Begin()).ToList();
        await BecomesAsync(5);
        foreach (var statement in statements[..2]) statement.Dispose();
        await BecomesAsync(3);
        foreach (var statement in statements[2..4]) statement.Dispose();
        _ = _statements.Begin();
        Assert.Equal((2, 4), (_statements.Count, _statements.Ended));

        await BecomesAsync(0);
    }

    private static int Least()
    {
        ThreadPool.GetMinThreads(out var threads, out _);
        return threads;
    }

    // One tick, and what it does, which is on another thread.
    private async Task BecomesAsync(int kept)
    {
        _clock.Advance(Interval);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (Least() != _usual + kept) await Task.Delay(5, patience.Token);
    }
}
