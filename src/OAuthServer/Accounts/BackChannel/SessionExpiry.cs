using Microsoft.Extensions.Options;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.BackChannel;

/// <summary>Ends sessions whose time is over, so that their apps are told as of any other end.</summary>
internal sealed partial class SessionExpiry(
    Sessions sessions, IOptions<BackChannelOptions> options, TimeProvider clock, ILogger<SessionExpiry> logger)
    : BackgroundService
{
    private const int BatchSize = 100;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Jitter.Around(options.Value.ExpiryInterval), clock, stoppingToken);
            try
            {
                while (await sessions.ExpireAsync(BatchSize, stoppingToken) == BatchSize)
                    stoppingToken.ThrowIfCancellationRequested();
            }
            catch (Exception failure) when (DatabaseFailure.Is(failure) && !stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure.Message);
            }
        }
    }

    [LoggerMessage(6406, LogLevel.Warning,
        "Sessions whose time is over could not be ended ({Cause}); the next look tries again.")]
    private partial void LogFailed(string cause);
}
