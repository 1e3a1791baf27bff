using Microsoft.AspNetCore.DataProtection.KeyManagement;
using OAuthServer.Keys;

namespace OAuthServer.Accounts;

/// <summary>
/// The framework's own management of Data Protection keys, where a store that is out of reach makes nobody a stranger:
/// the framework takes a cookie for forged when it cannot read its keys, and for once also when it could not look
/// whether there are new ones. Here what was read last goes on; and the framework, which looks once a day, can be told
/// that the stored keys have changed.
/// </summary>
internal sealed partial class SessionKeyManager(
    XmlKeyManager keys, KeyRing ring, TimeProvider clock, ILogger<SessionKeyManager> logger) : IKeyManager, IDisposable
{
    private CancellationTokenSource _known = new();
    private volatile IReadOnlyCollection<IKey>? _last;
    private volatile bool _isBehind;
    private volatile bool _areRead;

    /// <summary>True when the keys of cookies have been read, so that a good one is told from a forged one.</summary>
    public bool AreRead => _areRead;

    /// <summary>True when what was read last goes on, since the store did not answer.</summary>
    public bool IsBehind => _isBehind;

    /// <inheritdoc/>
    public IReadOnlyCollection<IKey> GetAllKeys()
    {
        try
        {
            _last = keys.GetAllKeys();
            _isBehind = false;
        }
        catch (Exception failure) when (_last is not null)
        {
            GoOn(failure);
        }

        return _last;
    }

    /// <inheritdoc/>
    public IKey CreateNewKey(DateTimeOffset activationDate, DateTimeOffset expirationDate)
    {
        try
        {
            return keys.CreateNewKey(activationDate, expirationDate);
        }
        catch (Exception failure) when (activationDate > clock.GetUtcNow() && _last is { Count: > 0 })
        {
            // The successor of a key that still counts: the framework goes on with that one, and tries again.
            GoOn(failure);
            return _last.First();
        }
    }

    /// <inheritdoc/>
    public CancellationToken GetCacheExpirationToken() =>
        CancellationTokenSource.CreateLinkedTokenSource(keys.GetCacheExpirationToken(), _known.Token).Token;

    /// <inheritdoc/>
    public void RevokeKey(Guid keyId, string? reason = null) => keys.RevokeKey(keyId, reason);

    /// <inheritdoc/>
    public void RevokeAllKeys(DateTimeOffset revocationDate, string? reason = null) =>
        keys.RevokeAllKeys(revocationDate, reason);

    /// <summary>Makes a key that counts from a later moment on.</summary>
    public IKey MakeNext(DateTimeOffset from, DateTimeOffset until) => keys.CreateNewKey(from, until);

    /// <summary>What is known of the keys is read anew with the next cookie.</summary>
    public void Changed() => Interlocked.Exchange(ref _known, new CancellationTokenSource()).Cancel();

    /// <summary>Reads the keys unless they have been read. Asks the database, which takes a thread.</summary>
    /// <exception cref="KeyStoreException">The server secret that they are encrypted with is not there yet.</exception>
    public void Demand()
    {
        if (_areRead) return;
        _ = ring.Secrets;
        GetAllKeys();
        // What was tried without the secret is not tried again by itself.
        Changed();
        _areRead = true;
    }

    /// <inheritdoc/>
    public void Dispose() => _known.Dispose();

    private void GoOn(Exception failure)
    {
        _isBehind = true;
        LogBehind(failure.Message);
    }

    [LoggerMessage(6304, LogLevel.Warning,
        "Session keys could not be read or made ({Cause}); sessions go on with those that were read last.")]
    private partial void LogBehind(string cause);
}
