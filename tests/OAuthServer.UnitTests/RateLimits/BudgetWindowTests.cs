using System.Threading.RateLimiting;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.RateLimits;

public sealed class BudgetWindowTests : IDisposable
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(15);
    private readonly FakeTimeProvider _clock = new();
    private readonly BudgetWindow _window;

    public BudgetWindowTests() => _window = new BudgetWindow(2, Length, _clock);

    [Fact]
    public void Looking_takes_nothing_and_opens_no_window()
    {
        for (var i = 0; i < 10; i++) Assert.True(Take(0).Acquired);

        Assert.Equal(new BudgetState(2, 2, Length), Take(0).State);
        Assert.NotNull(_window.IdleDuration);
    }

    [Fact]
    public void A_window_opens_with_its_first_permit_and_ends_after_its_length()
    {
        _clock.Advance(TimeSpan.FromMinutes(14));
        Assert.True(Take(1).Acquired);
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.True(Take(1).Acquired);

        var refused = Take(0);
        Assert.Equal((false, new BudgetState(2, 0, TimeSpan.FromMinutes(5))), refused);
        Assert.Null(_window.IdleDuration);

        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.Zero, _window.IdleDuration);
        Assert.Equal(2, _window.GetStatistics().CurrentAvailablePermits);
        Assert.Equal((true, new BudgetState(2, 1, Length)), Take(1));
    }

    [Fact]
    public async Task Racers_get_exactly_the_permits_that_exist()
    {
        await using var window = new BudgetWindow(100, Length, _clock);
        var acquired = 0;

        Parallel.For(0, 1_000, _ =>
        {
            using var lease = window.AttemptAcquire();
            if (lease.IsAcquired) Interlocked.Increment(ref acquired);
        });

        Assert.Equal(100, acquired);
        using var late = await window.AcquireAsync(1, TestContext.Current.CancellationToken);
        Assert.False(late.IsAcquired);
    }

    [Fact]
    public void A_refused_lease_says_when_to_come_back_as_those_of_the_framework_do()
    {
        using var all = _window.AttemptAcquire(2);
        _clock.Advance(TimeSpan.FromMinutes(1));
        using var refused = _window.AttemptAcquire();

        Assert.False(all.TryGetMetadata(MetadataName.RetryAfter, out _));
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var after));
        Assert.Equal(TimeSpan.FromMinutes(14), after);
        Assert.Equal([MetadataName.RetryAfter.Name], refused.MetadataNames);
        Assert.Empty(all.MetadataNames);
    }

    [Fact]
    public void More_permits_than_are_left_are_refused_and_none_is_taken()
    {
        Assert.True(Take(1).Acquired);
        Assert.False(Take(2).Acquired);
        Assert.Equal((true, new BudgetState(2, 0, Length)), Take(1));
    }

    [Fact]
    public void A_window_is_reported_once()
    {
        Take(2);
        Assert.True(_window.TryReport());
        Assert.False(_window.TryReport());

        _clock.Advance(Length);
        Take(2);
        Assert.True(_window.TryReport());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(1.001, 2)]
    [InlineData(900, 900)]
    public void Seconds_are_rounded_up_and_never_zero(double reset, long seconds) =>
        Assert.Equal(seconds, new BudgetState(1, 0, TimeSpan.FromSeconds(reset)).ResetSeconds);

    public void Dispose() => _window.Dispose();

    private (bool Acquired, BudgetState State) Take(int permits)
    {
        using var lease = (BudgetLease)_window.AttemptAcquire(permits);
        return (lease.IsAcquired, lease.State);
    }
}
