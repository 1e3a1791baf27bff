using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>
/// Writes when secrets were used, once a minute in the background
/// (docs/decisions/023-secret-uses-in-a-table-of-their-own.md). When nothing was used nothing is asked of the
/// database.
/// </summary>
internal sealed partial class SecretUseWriter(
    SecretUses uses, ClientSecretUses table, TimeProvider clock, ILogger<SecretUseWriter> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AtTheEnd = TimeSpan.FromSeconds(2);

    public async Task WriteAsync(CancellationToken ct)
    {
        var noted = uses.Take();
        if (noted.Count == 0) return;
        try
        {
            await table.WriteAsync(noted, ct);
        }
        catch (Exception outage) when (IsFailure(outage) && !ct.IsCancellationRequested)
        {
            LogFailed(outage.Message);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = new CancellationTokenSource(AtTheEnd, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await WriteAsync(either.Token);
        }
        catch (Exception ended) when (IsFailure(ended))
        {
            LogFailed(ended.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Jitter.Around(Every), clock, stoppingToken);
            await WriteAsync(stoppingToken);
        }
    }

    private static bool IsFailure(Exception exception) =>
        exception is OperationCanceledException || DatabaseFailure.Is(exception);

    [LoggerMessage(1202, LogLevel.Warning,
        "The last uses of client secrets were not written ({Cause}); the next minute's will be.")]
    private partial void LogFailed(string cause);
}
