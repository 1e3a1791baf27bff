using Microsoft.Extensions.Options;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Keys;

/// <summary>
/// Keeps <c>oauth_signing_keys</c>: which keys were published, since when and until when they signed, and which left
/// the JWK Set. Every instance writes what it sees, as often as it reads the key store; the table keeps each fact
/// once.
/// </summary>
internal sealed partial class KeyHistory(
    SigningKeys table,
    KeyRing ring,
    IOptions<SigningKeyOptions> options,
    TimeProvider clock,
    ILogger<KeyHistory> logger) : BackgroundService
{
    private volatile string? _notedSigning;

    /// <summary>Writes what is to be seen in the ring at this moment.</summary>
    public async Task NoteAsync(CancellationToken ct)
    {
        if (ring.Current is { } current) await NoteAsync(current, ct);
    }

    /// <summary>The key that signs, once it has its row in the table; null while there is no key.</summary>
    public async Task<SigningKey?> NotedSigningKeyAsync(CancellationToken ct)
    {
        if (ring.Current is not { } current) return null;
        if (_notedSigning != current.Signing.KeyId) await NoteAsync(current, ct);
        return current.Signing;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Jitter.Around(options.Value.PollInterval), clock, stoppingToken);
            try
            {
                await NoteAsync(stoppingToken);
            }
            catch (Exception failure) when (DatabaseFailure.Is(failure) && !stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure.Message);
            }
        }
    }

    private async Task NoteAsync(KeyRingSnapshot current, CancellationToken ct)
    {
        foreach (var key in current.Published)
            await table.NotePublishedAsync(key.KeyId, key.Modulus, key.Exponent, ct);
        await table.NoteSigningAsync(current.Signing.KeyId, ct);

        var published = current.Published.Select(key => key.KeyId);
        // An instance that cannot ask the store does not know what is new there.
        if (ring.Fault is null) await table.NoteWithdrawnAsync(published, ring.Lag, ct);
        _notedSigning = current.Signing.KeyId;
    }

    [LoggerMessage(5008, LogLevel.Warning,
        "The history of signing keys was not written ({Cause}); the next round tries again.")]
    private partial void LogFailed(string cause);
}
