using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>
/// Listens for changed clients and APIs (<c>LISTEN oauth_clients_changed</c>, <c>oauth_resources_changed</c>) and lets
/// whoever keeps them in memory forget them, on a connection of its own. A lost connection is opened again, and then
/// everything is forgotten, since notifications may have been missed.
/// </summary>
internal sealed partial class ClientChangeListener(
    DatabaseAccess database,
    Storage.Clients clients,
    IEnumerable<IFollowsChanges> followers,
    IOptions<ClientCacheOptions> options,
    TimeProvider clock,
    ILogger<ClientChangeListener> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // For a notification of our own, to see whether any arrive.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DeafPause = TimeSpan.FromMinutes(1);

    private readonly IFollowsChanges[] _followers = [.. followers];
    private volatile bool _isHeard;

    /// <summary>Whether notifications arrive; without them a change is known by expiry alone.</summary>
    public bool IsHeard
    {
        get => _isHeard;
        internal set => _isHeard = value;
    }

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
        await using var connection = await database.CreateListenerAsync(ct);
        await connection.OpenAsync(ct);
        connection.Notification += (_, change) => Drop(change.Channel, change.Payload);
        var channels = string.Join("; ", _followers.Select(follower => $"LISTEN {follower.Channel}"));
        await using (var listen = new NpgsqlCommand(channels, connection)) await listen.ExecuteNonQueryAsync(ct);
        foreach (var follower in _followers) follower.DropAll();
        await clients.NotifyAsync(ct);
        if (!await connection.WaitAsync(Patience, ct))
        {
            LogDeaf(options.Value.CacheLifetime);
            await Task.Delay(DeafPause, clock, ct);
            return;
        }

        try
        {
            IsHeard = true;
            while (true) await connection.WaitAsync(ct);
        }
        finally
        {
            IsHeard = false;
        }
    }

    private void Drop(string channel, string payload)
    {
        foreach (var follower in _followers.Where(follower => follower.Channel == channel)) follower.Drop(payload);
    }

    [LoggerMessage(1201, LogLevel.Warning,
        "Listening for client changes was interrupted ({Cause}); changes take effect within {CacheLifetime} until "
        + "it is back.")]
    private partial void LogLost(string cause, TimeSpan cacheLifetime);

    [LoggerMessage(1203, LogLevel.Warning,
        "No notification of changed clients arrives, as behind a pooler in transaction mode; changes take effect "
        + "within {CacheLifetime}. Let ConnectionStrings:OAuthServerListen name PostgreSQL itself.")]
    private partial void LogDeaf(TimeSpan cacheLifetime);
}
