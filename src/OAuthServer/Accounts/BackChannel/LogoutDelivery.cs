using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.BackChannel;

/// <summary>
/// Tells apps of sessions that are over, on every instance, from the table that a trigger fills: what was to be told
/// survives a restart, and no person waits for it. A few notices of each app are under way at a time, and an app that
/// does not answer holds up its own alone.
/// </summary>
internal sealed partial class LogoutDelivery(
    LogoutNotices notices,
    LogoutCourier courier,
    LogoutRules rules,
    IOptions<BackChannelOptions> options,
    TimeProvider clock,
    ILogger<LogoutDelivery> logger) : BackgroundService
{
    private const int MostApps = 64;

    // Of one app: as many as there are connections to it.
    private const int MostEach = 2;

    private readonly ConcurrentDictionary<string, byte> _underWay = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _more = new(0);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _more.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            // An app whose notices were delivered may have more; else it is time to look.
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(
                _more.WaitAsync(waiting.Token),
                Task.Delay(Jitter.Around(options.Value.PollInterval), clock, waiting.Token));
            await waiting.CancelAsync();
            stoppingToken.ThrowIfCancellationRequested();
            await TryBeginAsync(stoppingToken);
        }
    }

    private async Task TryBeginAsync(CancellationToken ct)
    {
        string[] busy = [.. _underWay.Keys];
        if (busy.Length >= MostApps) return;
        try
        {
            var due = await notices.TakeAsync(busy, MostApps - busy.Length, MostEach, rules.Lease, ct);
            foreach (var app in due.GroupBy(notice => notice.ClientId, StringComparer.Ordinal))
            {
                _underWay.TryAdd(app.Key, 0);
                _ = Task.Run(() => DeliverAsync(app.Key, [.. app], ct), CancellationToken.None);
            }
        }
        catch (Exception failure) when (DatabaseFailure.Is(failure) && !ct.IsCancellationRequested)
        {
            LogNotRead(failure.Message);
        }
    }

    private async Task DeliverAsync(string app, DueNotice[] due, CancellationToken ct)
    {
        try
        {
            await Task.WhenAll(due.Select(notice => courier.DeliverAsync(notice, ct)));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Its lease ends, and another instance goes on.
        }
        catch (Exception failure) when (DatabaseFailure.Is(failure))
        {
            // What was delivered may be delivered again, with the same jti.
            LogNotNoted(app, failure.Message);
        }
        finally
        {
            _underWay.TryRemove(app, out _);
            if (due.Length == MostEach && !ct.IsCancellationRequested) _more.Release();
        }
    }

    [LoggerMessage(6404, LogLevel.Warning,
        "What apps are to be told of logouts could not be read ({Cause}); the next look tries again.")]
    private partial void LogNotRead(string cause);

    [LoggerMessage(6405, LogLevel.Warning,
        "What became of logouts that the app {ClientId} was told could not be noted ({Cause}); it may hear of them "
        + "again.")]
    private partial void LogNotNoted(string clientId, string cause);
}
