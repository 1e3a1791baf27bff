using Microsoft.Extensions.Time.Testing;
using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.RateLimits;

/// <summary>How the slow checks share the machine.</summary>
public sealed class HashWorkTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly HashWork _work;

    public HashWorkTests() => _work = new HashWork(_clock);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task No_more_than_half_of_the_cores_work_whatever_the_lanes()
    {
        var turns = await FillAsync();
        var next = _work.EnterAsync(Lane("one more"), Ct).AsTask();

        Assert.False(next.IsCompleted);
        turns[0].Dispose();
        using var turn = await next;
        Assert.True(turn.IsAcquired);
        Assert.Equal(Math.Max(1, Environment.ProcessorCount / 2), turns.Count);
    }

    [Fact]
    public async Task After_a_wrong_guess_its_place_rests_as_long_as_the_guess_took()
    {
        using var turn = await _work.EnterAsync(Lane("a"), Ct);
        _clock.Advance(TimeSpan.FromMilliseconds(300));

        var rest = turn.RestAsync();

        _clock.Advance(TimeSpan.FromMilliseconds(299));
        Assert.False(rest.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await rest;
    }

    [Fact]
    public async Task A_lane_turns_away_who_would_wait_too_long()
    {
        using var first = await _work.EnterAsync(Lane("a"), Ct);
        var waiting = Enumerable.Range(0, 2).Select(_ => _work.EnterAsync(Lane("a"), Ct).AsTask()).ToList();

        using var refused = await _work.EnterAsync(Lane("a"), Ct);

        Assert.False(refused.IsAcquired);
        first.Dispose();
        foreach (var turn in waiting) (await turn).Dispose();
    }

    [Fact]
    public async Task A_crowd_in_one_lane_is_ahead_of_another_lane_by_one_check_only()
    {
        var turns = await FillAsync();
        var crowd = Enumerable.Range(0, 3).Select(_ => _work.EnterAsync(Lane("crowd"), Ct).AsTask()).ToList();
        var other = _work.EnterAsync(Lane("other"), Ct).AsTask();

        turns[0].Dispose();
        (await crowd[0]).Dispose();
        using var turn = await other;

        Assert.False(crowd[2].IsCompleted);
        turn.Dispose();
        foreach (var late in crowd[1..]) (await late).Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_lane_free()
    {
        var turns = await FillAsync();
        using var impatience = new CancellationTokenSource();
        var waiting = _work.EnterAsync(Lane("a"), impatience.Token).AsTask();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        foreach (var turn in turns) turn.Dispose();
        using var next = await _work.EnterAsync(Lane("a"), Ct);

        Assert.True(next.IsAcquired);
    }

    [Fact]
    public async Task Of_all_lanes_together_256_wait_and_the_next_one_is_turned_away()
    {
        var turns = await FillAsync();
        var waiting = Enumerable.Range(0, 256)
            .Select(i => _work.EnterAsync(Lane($"waiting {i}"), Ct).AsTask())
            .ToList();
        Assert.Equal(256, _work.Waiting);

        using var refused = await _work.EnterAsync(Lane("one more"), Ct);

        Assert.False(refused.IsAcquired);
        Assert.All(waiting, wait => Assert.False(wait.IsCompleted));
        foreach (var turn in turns) turn.Dispose();
        foreach (var wait in waiting)
        {
            using var turn = await wait;
            Assert.True(turn.IsAcquired);
        }

        Assert.Equal(0, _work.Waiting);
    }

    private static HashLane Lane(string key) => new(key, 1, 2);

    private async Task<List<HashTurn>> FillAsync()
    {
        var turns = new List<HashTurn>();
        for (var i = 0; i < HashWork.Places; i++) turns.Add(await _work.EnterAsync(Lane($"filler {i}"), Ct));
        return turns;
    }
}
