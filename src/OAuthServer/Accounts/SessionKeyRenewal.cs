using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Settings;

namespace OAuthServer.Accounts;

/// <summary>
/// Lets Data Protection keys follow the server secret, and the key ring what other instances stored. After a rotation
/// the next key is encrypted with the new secret and takes over when every instance has read it; what a secret
/// encrypted that is gone from the store is revoked, and with it every session.
/// </summary>
internal sealed partial class SessionKeyRenewal(
    KeyRing ring,
    SessionKeyManager manager,
    IOptions<KeyManagementOptions> management,
    IOptions<SigningKeyOptions> options,
    TimeProvider clock,
    ILogger<SessionKeyRenewal> logger) : BackgroundService
{
    // Every instance reads the keys at least once a day, so that after two all of them know a new one.
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(2);

    private readonly HashSet<string> _known = [];
    private HashSet<string>? _stored;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            // The database is asked as the framework asks it, which takes a thread.
            await Task.Run(TryFollow, stoppingToken);
            await Task.Delay(Jitter.Around(options.Value.PollInterval), clock, stoppingToken);
        }
    }

    /// <summary>Looks once, and does what is to be done.</summary>
    public void Follow(ServerSecrets secrets)
    {
        var stored = management.Value.XmlRepository!.GetAllElements();
        Compare(stored);
        var keys = stored.Where(EncryptedSessionKeys.IsKey).ToList();
        var gone = _known.Except(secrets.All.Select(secret => secret.Id)).ToHashSet();
        var lost = keys.Where(key => gone.Contains(EncryptedSessionKeys.SecretOf(key)!)).Select(IdOf).ToHashSet();
        foreach (var key in manager.GetAllKeys().Where(key => lost.Contains(key.KeyId) && !key.IsRevoked))
        {
            manager.RevokeKey(key.KeyId, "The server secret that encrypted it was withdrawn.");
            LogRevoked(key.KeyId);
        }

        // Where there is no key at all the framework makes the first, which counts at once.
        if (lost.Count < keys.Count && keys.TrueForAll(key => EncryptedSessionKeys.SecretOf(key) != secrets.Current.Id))
        {
            var from = clock.GetUtcNow() + Ahead;
            var made = manager.MakeNext(from, from + management.Value.NewKeyLifetime);
            LogRenewed(made.KeyId, from);
        }

        _known.UnionWith(secrets.All.Select(secret => secret.Id));
    }

    private void Compare(IEnumerable<XElement> stored)
    {
        var before = _stored;
        _stored = [.. stored.Select(element => element.ToString())];
        if (before?.SetEquals(_stored) == false || manager.IsBehind) manager.Changed();
    }

    private void TryFollow()
    {
        if (ring.Current?.Secrets is not { } secrets) return;
        try
        {
            Follow(secrets);
        }
        catch (Exception failure)
        {
            // Whatever it was: sessions go on with the keys that there are.
            LogFailed(failure.Message);
        }
    }

    private static Guid IdOf(XElement key) => (Guid)key.Attribute("id")!;

    [LoggerMessage(6301, LogLevel.Information,
        "A session key {Key} was made with the new server secret; it protects cookies from {From:O}.")]
    private partial void LogRenewed(Guid key, DateTimeOffset from);

    [LoggerMessage(6302, LogLevel.Warning,
        "The session key {Key} is revoked with the server secret that encrypted it: who used it has to sign in again.")]
    private partial void LogRevoked(Guid key);

    [LoggerMessage(6303, LogLevel.Warning,
        "Session keys could not be looked at ({Cause}); the next round tries again.")]
    private partial void LogFailed(string cause);
}
