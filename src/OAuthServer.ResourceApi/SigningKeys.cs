using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace OAuthServer.ResourceApi;

/// <summary>
/// The authorization server's keys in memory (RFC 9068 §4). They are fetched at the first token, renewed in the
/// background, and once more when a token names a key that is not there, at most once per cool-down. Keys at hand keep
/// working while the authorization server is away; without any the answer is "unavailable", never a key.
/// </summary>
internal sealed class SigningKeys(
    AuthorizationServerClient server,
    OfferedLevels levels,
    IOptions<OAuthBearerOptions> options,
    TimeProvider clock,
    ILogger<SigningKeys> logger) : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly OAuthBearerOptions _options = options.Value;
    private readonly SemaphoreSlim _gate = new(1, 1);

    // Replaced as a whole; the two times below are read and written only inside the gate.
    private volatile Ring? _ring;
    private DateTimeOffset _nextAttempt = DateTimeOffset.MinValue;
    private DateTimeOffset _nextUnknownKeyFetch = DateTimeOffset.MinValue;

    private sealed record Ring(
        ServerAddresses Server, FrozenDictionary<string, RsaSecurityKey> Keys, DateTimeOffset LoadedAt);

    /// <summary>Where the server that these keys are from can be asked about a token; null when nowhere.</summary>
    public Uri? IntrospectionAddress => _ring?.Server.Introspection;

    /// <summary>The key, or the refusal: unknown (401) or, with no keys at all, unavailable (503).</summary>
    public async ValueTask<(RsaSecurityKey? Key, BearerFailure? Failure)> FindAsync(string kid)
    {
        var ring = await CurrentAsync();
        if (ring is null)
            return (null, BearerFailure.Unavailable("The keys of the authorization server are not available"));
        if (ring.Keys.TryGetValue(kid, out var key)) return (key, null);
        ring = await RefetchAsync(ring);
        return ring.Keys.TryGetValue(kid, out key)
            ? (key, null)
            : (null, BearerFailure.Invalid("The access token is signed with an unknown key"));
    }

    public void Dispose() => _gate.Dispose();

    private async ValueTask<Ring?> CurrentAsync()
    {
        var ring = _ring;
        if (ring is null) return await LoadAsync(null);
        var age = clock.GetUtcNow() - ring.LoadedAt;
        if (age < _options.KeyRefreshInterval) return ring;
        // Slightly old keys serve while new ones are fetched; after a long silence the request waits, so that a key
        // withdrawn meanwhile is not accepted once more.
        if (age >= 2 * _options.KeyRefreshInterval) return await LoadAsync(ring) ?? ring;
        if (_gate.CurrentCount > 0) _ = LoadAsync(ring);
        return ring;
    }

    /// <summary>Loads metadata and keys unless somebody else just did, or just failed to.</summary>
    private async Task<Ring?> LoadAsync(Ring? known)
    {
        await _gate.WaitAsync();
        try
        {
            var now = clock.GetUtcNow();
            if (!ReferenceEquals(_ring, known) || now < _nextAttempt) return _ring;
            var addresses = await server.FetchAddressesAsync();
            await levels.CompareAsync(_options.Issuer, addresses.Levels);
            return _ring = new Ring(addresses, await server.FetchKeysAsync(addresses.Keys), now);
        }
        catch (AuthorizationServerException outage)
        {
            logger.KeysUnavailable(_options.Issuer, outage.Message);
            // Counted from now, not from the start, so that those who waited do not try one after the other.
            _nextAttempt = clock.GetUtcNow() + (_ring is null ? RetryDelay : _options.UnknownKeyCooldown);
            return _ring;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Ring> RefetchAsync(Ring known)
    {
        await _gate.WaitAsync();
        try
        {
            var current = _ring ?? known;
            var now = clock.GetUtcNow();
            if (!ReferenceEquals(current, known) || now < _nextUnknownKeyFetch) return current;
            _nextUnknownKeyFetch = now + _options.UnknownKeyCooldown;
            return _ring = new Ring(current.Server, await server.FetchKeysAsync(current.Server.Keys), now);
        }
        catch (AuthorizationServerException outage)
        {
            logger.KeysUnavailable(_options.Issuer, outage.Message);
            return _ring ?? known;
        }
        finally
        {
            _gate.Release();
        }
    }
}
