using Microsoft.Extensions.Options;

namespace OAuthServer.Hosting;

/// <summary>
/// The time between the order to stop (SIGTERM) and the end of listening. A proxy learns only by then where not to
/// send the next request; until it has, requests are answered as ever.
/// </summary>
internal sealed partial class Drain(IOptions<ShutdownOptions> options, TimeProvider clock, ILogger<Drain> logger)
    : IHostedLifecycleService
{
    private volatile bool _hasBegun;

    /// <summary>True from the order to stop.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Runs before any service stops, the web server among them.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Told twice, it does not begin again.
        if (_hasBegun) return;
        _hasBegun = true;
        var time = options.Value.DrainTime;
        if (time == TimeSpan.Zero) return;
        LogDraining(time);
        await Task.Delay(time, clock, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(7009, LogLevel.Information,
        "Told to stop: not ready any more, but answering for another {DrainTime}.")]
    private partial void LogDraining(TimeSpan drainTime);
}
