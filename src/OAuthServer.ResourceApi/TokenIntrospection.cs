using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OAuthServer.ResourceApi;

/// <summary>
/// Asks the authorization server whether a token is still good (RFC 7662). A token that it cannot be asked about is not
/// let in, nor is it called invalid. Only that a token is active is remembered, by a hash of it.
/// </summary>
internal sealed class TokenIntrospection(
    AuthorizationServerClient server,
    SigningKeys keys,
    IOptions<OAuthBearerOptions> options,
    TimeProvider clock,
    ILogger<TokenIntrospection> logger) : IDisposable
{
    private readonly IntrospectionOptions? _options = options.Value.Introspection;
    private readonly string _issuer = options.Value.Issuer;
    private readonly Term _refused = new();
    private readonly Term _told = new();

    // How long an entry counts is judged by the clock; that it leaves the memory some time is the cache's matter.
    private readonly MemoryCache _active = new(
        new MemoryCacheOptions { SizeLimit = options.Value.Introspection?.CacheLimit ?? 1 });

    /// <summary>Null when the token is active, and always when introspection is off.</summary>
    /// <param name="token">A token that passed every check which needs no question.</param>
    /// <param name="expiresAt">Its <c>exp</c>, in seconds since 1970.</param>
    public async ValueTask<BearerFailure?> FailureOfAsync(string token, double expiresAt)
    {
        if (_options is null) return null;
        var now = clock.GetUtcNow();
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_active.TryGetValue(key, out DateTimeOffset until) && now < until) return null;
        if (_refused.Holds(now) || await AskAsync(token, _options) is not { } isActive)
            return BearerFailure.Unavailable("The authorization server could not be asked about the access token");
        if (!isActive) return BearerFailure.Invalid("The access token is not active");
        Keep(key, now, expiresAt, _options.CacheFor);
        return null;
    }

    public void Dispose() => _active.Dispose();

    /// <summary>Null when no answer came that can be used.</summary>
    private async Task<bool?> AskAsync(string token, IntrospectionOptions caller)
    {
        try
        {
            var address = keys.IntrospectionAddress
                ?? throw new AuthorizationServerException("the metadata has no usable introspection_endpoint");
            return await server.IsActiveAsync(address, token, caller);
        }
        catch (AuthorizationServerException outage)
        {
            var now = clock.GetUtcNow();
            // These are about this API and not about this token: another question would get the same answer.
            var isOfCaller = outage.Status is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests;
            if (isOfCaller && !_refused.TryBegin(now)) return null;
            if (outage.Status == HttpStatusCode.Unauthorized) logger.ClientRefused(_issuer, caller.ClientId);
            else if (_told.TryBegin(now)) logger.IntrospectionUnavailable(_issuer, outage.Message);
            return null;
        }
    }

    // Counted from the question: what happened while it was under way is not in the answer.
    private void Keep(string key, DateTimeOffset asked, double expiresAt, TimeSpan longest)
    {
        var expiry = DateTimeOffset.UnixEpoch.AddSeconds(expiresAt);
        var until = asked + longest < expiry ? asked + longest : expiry;
        if (until <= asked) return;
        var entry = new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = longest };
        _active.Set(key, until, entry);
    }

    /// <summary>Five seconds, as long as a client is told to wait; of many that begin it at once, one does.</summary>
    private sealed class Term
    {
        private long _end;

        public bool Holds(DateTimeOffset now) => now.UtcTicks < Volatile.Read(ref _end);

        public bool TryBegin(DateTimeOffset now)
        {
            var end = Volatile.Read(ref _end);
            var next = now.AddSeconds(BearerAnswer.RetryAfterSeconds).UtcTicks;
            return now.UtcTicks >= end && Interlocked.CompareExchange(ref _end, next, end) == end;
        }
    }
}
