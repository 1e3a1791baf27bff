using Microsoft.Extensions.Time.Testing;
using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.RateLimits;

/// <summary>
/// A window that other instances take from too: what it makes of their count, and what it has to tell them.
/// </summary>
public sealed class SharedWindowTests : IDisposable
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(15);

    private readonly FakeTimeProvider _clock = new();
    private readonly BudgetWindow _window;

    public SharedWindowTests() => _window = new BudgetWindow(5, Length, _clock);

    public void Dispose() => _window.Dispose();

    [Fact]
    public void What_all_have_taken_and_when_their_window_ends_counts_here()
    {
        Take();
        var lease = _window.Adopt(new SharedCount(true, 4, TimeSpan.FromMinutes(3)));

        Assert.Equal((true, new BudgetState(5, 1, TimeSpan.FromMinutes(3))), (lease.IsAcquired, lease.State));
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(new BudgetState(5, 5, Length), Look().State);
    }

    [Fact]
    public void An_answer_that_knows_less_takes_nothing_back()
    {
        for (var i = 0; i < 5; i++) Take();
        _window.Adopt(new SharedCount(true, 1, Length));

        Assert.False(Look().IsAcquired);
    }

    [Fact]
    public void A_permit_that_others_had_already_is_refused_and_ends_the_budget_here()
    {
        Take();

        Assert.False(_window.Adopt(new SharedCount(false, 5, TimeSpan.FromMinutes(1))).IsAcquired);
        Assert.False(Look().IsAcquired);
    }

    [Fact]
    public void What_was_counted_alone_is_told_once_and_not_beyond_the_window()
    {
        Take();
        Take();
        _window.KeepUntold(2);
        Assert.Equal([2, 0], [_window.TakeUntold(), _window.TakeUntold()]);

        _window.KeepUntold(2);
        _clock.Advance(Length);
        Assert.Equal(0, _window.TakeUntold());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("redis", true)]
    [InlineData("a:6379,b:6379,ssl=true,user=oauth,password=p=q", true)]
    [InlineData("redis:6379,sssl=true", false)]
    [InlineData(",ssl=true", false)]
    public void Where_Redis_is_must_be_readable(string redis, bool isRight)
    {
        var faults = new RateLimitOptionsValidator().Validate(null, new() { Shared = new() { Redis = redis } }).Failures
            ?? [];

        Assert.Equal(isRight ? [] : ["RateLimiting:Shared:Redis"], faults.Select(fault => fault.Split(' ')[0]));
        Assert.DoesNotContain(faults, fault => fault.Contains("sssl", StringComparison.Ordinal));
    }

    private void Take() => Assert.True(_window.AttemptAcquire(1).IsAcquired);

    private BudgetLease Look() => (BudgetLease)_window.AttemptAcquire(0);
}
