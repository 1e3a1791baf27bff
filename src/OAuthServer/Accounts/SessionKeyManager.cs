using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace OAuthServer.Accounts;

/// <summary>
/// The framework's own management of Data Protection keys, which can be told that the stored keys have changed. By
/// itself it looks once a day, and would not read the cookies of an instance that made a key of its own meanwhile: one
/// that was cut off, or whose clock is wrong.
/// </summary>
internal sealed class SessionKeyManager(XmlKeyManager keys) : IKeyManager, IDisposable
{
    private CancellationTokenSource _known = new();

    /// <inheritdoc/>
    public IKey CreateNewKey(DateTimeOffset activationDate, DateTimeOffset expirationDate) =>
        keys.CreateNewKey(activationDate, expirationDate);

    /// <inheritdoc/>
    public IReadOnlyCollection<IKey> GetAllKeys() => keys.GetAllKeys();

    /// <inheritdoc/>
    public CancellationToken GetCacheExpirationToken() =>
        CancellationTokenSource.CreateLinkedTokenSource(keys.GetCacheExpirationToken(), _known.Token).Token;

    /// <inheritdoc/>
    public void RevokeKey(Guid keyId, string? reason = null) => keys.RevokeKey(keyId, reason);

    /// <inheritdoc/>
    public void RevokeAllKeys(DateTimeOffset revocationDate, string? reason = null) =>
        keys.RevokeAllKeys(revocationDate, reason);

    /// <summary>What is known of the keys is read anew with the next cookie.</summary>
    public void Changed() => Interlocked.Exchange(ref _known, new CancellationTokenSource()).Cancel();

    /// <inheritdoc/>
    public void Dispose() => _known.Dispose();
}
