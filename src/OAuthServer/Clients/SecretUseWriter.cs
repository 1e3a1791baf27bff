using Npgsql;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>
/// Writes when secrets were used, once a minute and behind the requests' backs. When nothing was used nothing is asked of the
/// database. A write that fails is forgotten: the next use says the same a minute later.
/// </summary>
internal sealed partial class SecretUseWriter(SecretUses uses, ClientSecretUses table, TimeProvider clock, ILogger<SecretUseWriter> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AtTheEnd = TimeSpan.FromSeconds(2);

    /// <summary>Writes what waits.</summary>
    public async Task WriteAsync(CancellationToken ct)
    {
        var noted = uses.Take();
        if (noted.Count == 0) return;
        try
        {
            await table.WriteAsync(noted, ct);
        }
        catch (Exception outage) when (outage is NpgsqlException or IOException or TimeoutException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            LogFailed(outage.Message);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = new CancellationTokenSource(AtTheEnd, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await WriteAsync(either.Token);
        }
        catch (Exception ended) when (ended is OperationCanceledException or NpgsqlException or IOException or TimeoutException)
        {
            LogFailed(ended.Message);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Jitter.Around(Every), clock, stoppingToken);
            await WriteAsync(stoppingToken);
        }
    }

    [LoggerMessage(1202, LogLevel.Warning, "The last uses of client secrets were not written ({Cause}); the next minute's will be.")]
    private partial void LogFailed(string cause);
}
