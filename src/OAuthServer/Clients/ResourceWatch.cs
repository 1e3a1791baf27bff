using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>
/// Reads the APIs at the start and after every change, before anybody asks: the metadata lists their scopes and never
/// waits for the database.
/// </summary>
internal sealed partial class ResourceWatch(
    ResourceDirectory directory, TimeProvider clock, ILogger<ResourceWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private bool _told;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Tell(await directory.ReadAsync(stoppingToken));
                await directory.WaitAsync(stoppingToken);
            }
            catch (Exception outage) when (DatabaseFailure.Is(outage) && !stoppingToken.IsCancellationRequested)
            {
                // Whoever needs the list meanwhile asks for it, and is told of the outage.
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
    }

    private void Tell(ResourceList list)
    {
        if (list.Default is null && !_told) LogNoDefault(list.Live.Count);
        _told = list.Default is null;
    }

    [LoggerMessage(1206, LogLevel.Warning,
        "None of the {Count} APIs in oauth_resources is the default, so a request that names no resource is refused "
        + "(invalid_target). docs/resources.md has the SQL.")]
    private partial void LogNoDefault(int count);
}
