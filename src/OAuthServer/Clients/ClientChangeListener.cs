using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>
/// Listens for changed clients (<c>LISTEN oauth_clients_changed</c>) and drops them from the
/// <see cref="ClientDirectory"/>, on a connection of its own. A lost connection is opened again, and then everything is
/// dropped, since notifications may have been missed.
/// </summary>
internal sealed partial class ClientChangeListener(
    IOptions<DatabaseOptions> database,
    Storage.Clients clients,
    ClientDirectory directory,
    IOptions<ClientCacheOptions> options,
    TimeProvider clock,
    ILogger<ClientChangeListener> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // For a notification of our own, to see whether any arrive.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DeafPause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception outage) when (DatabaseFailure.Is(outage) && !stoppingToken.IsCancellationRequested)
            {
                LogLost(outage.Message, options.Value.CacheLifetime);
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(database.Value.ListenSettings().ConnectionString);
        await connection.OpenAsync(ct);
        connection.Notification += (_, change) => directory.Drop(change.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN oauth_clients_changed", connection))
            await listen.ExecuteNonQueryAsync(ct);
        directory.DropAll();
        await clients.NotifyAsync(ct);
        if (!await connection.WaitAsync(Patience, ct))
        {
            LogDeaf(options.Value.CacheLifetime);
            await Task.Delay(DeafPause, clock, ct);
            return;
        }

        while (true) await connection.WaitAsync(ct);
    }

    [LoggerMessage(1201, LogLevel.Warning,
        "Listening for client changes was interrupted ({Cause}); changes take effect within {CacheLifetime} until "
        + "it is back.")]
    private partial void LogLost(string cause, TimeSpan cacheLifetime);

    [LoggerMessage(1203, LogLevel.Warning,
        "No notification of changed clients arrives, as behind a pooler in transaction mode; changes take effect within "
        + "{CacheLifetime}. Let ConnectionStrings:OAuthServerListen name PostgreSQL itself.")]
    private partial void LogDeaf(TimeSpan cacheLifetime);
}
