using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Hosting;

/// <summary>What happens between the word to stop and the stop.</summary>
public sealed class DrainTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly RecordedLog<Drain> _log = new();
    private readonly ShutdownOptions _options = new();
    private readonly Drain _drain;

    public DrainTests() => _drain = new Drain(Options.Create(_options), _clock, _log);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_instance_is_not_ready_and_answers_for_five_seconds_more()
    {
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());

        var stopping = _drain.StoppingAsync(Ct);

        Assert.Equal((true, HealthStatus.Unhealthy), (_drain.HasBegun, await HealthAsync()));
        Assert.Equal(
            ["7009 Information: Told to stop: not ready any more, but answering for another 00:00:05."], _log.Lines);
        _clock.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.False(stopping.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));
        await stopping;
    }

    [Fact]
    public async Task Told_twice_it_does_not_begin_again()
    {
        var stopping = _drain.StoppingAsync(Ct);

        Assert.True(_drain.StoppingAsync(Ct).IsCompletedSuccessfully);

        Assert.Single(_log.Lines);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await stopping;
    }

    [Fact]
    public void Without_a_drain_time_it_stops_at_once()
    {
        _options.DrainTime = TimeSpan.Zero;

        Assert.True(_drain.StoppingAsync(Ct).IsCompletedSuccessfully);

        Assert.True(_drain.HasBegun);
        Assert.Empty(_log.Lines);
    }

    private async Task<HealthStatus> HealthAsync()
    {
        var check = new DrainHealthCheck(_drain);
        var context = new HealthCheckContext
        {
            Registration = new HealthCheckRegistration("drain", check, HealthStatus.Unhealthy, null),
        };
        return (await check.CheckHealthAsync(context, Ct)).Status;
    }
}
