using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Factors;

/// <summary>
/// Lets the secrets of authenticator apps follow the server secret: after a rotation each is encrypted anew while the
/// one before is still known.
/// </summary>
internal sealed partial class FactorSecretRenewal(
    KeyRing ring,
    Authenticators apps,
    AuthenticatorSecrets secrets,
    IOptions<SigningKeyOptions> options,
    TimeProvider clock,
    ILogger<FactorSecretRenewal> logger) : BackgroundService
{
    private const int Batch = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await TryFollowAsync(stoppingToken);
            await Task.Delay(Jitter.Around(options.Value.PollInterval), clock, stoppingToken);
        }
    }

    /// <summary>Encrypts anew what is encrypted with the secret of before; says how many they were.</summary>
    public async Task<int> FollowAsync(CancellationToken ct)
    {
        var done = 0;
        while (ring.Current?.Secrets is { Previous: { } previous } known)
        {
            var old = await apps.WrappedByAsync(previous.Id, Batch, ct);
            foreach (var app in old)
            {
                // One that cannot be read is left as it is, for whoever looks into it.
                if (secrets.Unwrap(app) is not { } secret) return done;
                var wrapped = secrets.Wrap(secret, app.AccountId);
                await apps.RewrapAsync(app, wrapped.Box, wrapped.WrappedBy, ct);
                done++;
            }

            if (old.Count < Batch || known.Current.Id == previous.Id) return done;
        }

        return done;
    }

    private async Task TryFollowAsync(CancellationToken ct)
    {
        try
        {
            if (await FollowAsync(ct) is > 0 and var done) LogRenewed(done);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(failure.Message);
        }
    }

    [LoggerMessage(6031, LogLevel.Information,
        "The secrets of {Count} authenticator apps are encrypted with the new server secret")]
    private partial void LogRenewed(int count);

    [LoggerMessage(6032, LogLevel.Warning,
        "The secrets of authenticator apps could not be looked at ({Cause}); the next round tries again")]
    private partial void LogFailed(string cause);
}
