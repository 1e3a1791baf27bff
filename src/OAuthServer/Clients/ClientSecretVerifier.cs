using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Caching.Memory;
using Bcrypt = BCrypt.Net.BCrypt;

namespace OAuthServer.Clients;

/// <summary>The outcome of a secret check.</summary>
internal enum SecretCheck
{
    Wrong,
    Right,

    /// <summary>Too many checks wait for this client; nothing was checked.</summary>
    Busy,
}

/// <summary>
/// Checks client secrets against bcrypt. A right secret pays once: then an entry in memory, keyed by an HMAC over client,
/// secret and stored hash under a key of this process, answers for it until it expires or the hash changes. Wrong
/// secrets and unknown clients always pay, in a bounded pool where each client has one place, so that a flood of
/// guesses slows the guesser and nobody else (RFC 6749 §10.10). Requests that bring the same secret at the same moment
/// share one check, so that an app's burst on a cold instance is answered and not turned away.
/// </summary>
internal sealed class ClientSecretVerifier : IDisposable
{
    /// <summary>bcrypt reads no more than this many bytes; longer secrets are refused instead of cut.</summary>
    public const int LongestSecret = 72;

    /// <summary>The bcrypt cost of hashes that we make ourselves.</summary>
    public const int Cost = 12;

    private const int MostRemembered = 10_000;
    private const int MostWaitingPerClient = 8;
    private const int MostWaiting = 256;

    // The hash of a random value that was thrown away: unknown clients take as long as known ones.
    private const string UnknownClientHash = "$2a$12$Da7CklDBMXJD9JW3EihTmeHxY9mPOPH0u9On0SX9gh.oIyLVJJX7K";

    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly MemoryCache _right = new(new MemoryCacheOptions { SizeLimit = MostRemembered });
    private readonly ConcurrentDictionary<string, Lazy<Task<SecretCheck>>> _running = new(StringComparer.Ordinal);
    private readonly ConcurrencyLimiter _pool = new(new() { PermitLimit = Math.Max(1, Environment.ProcessorCount / 2), QueueLimit = MostWaiting });
    private readonly PartitionedRateLimiter<string> _share = PartitionedRateLimiter.Create<string, string>(client =>
        RateLimitPartition.GetConcurrencyLimiter(client, _ => new() { PermitLimit = 1, QueueLimit = MostWaitingPerClient }));

    /// <summary>Checks a secret against the live hashes of a client; none of them means an unknown or public client.</summary>
    public async ValueTask<SecretCheck> CheckAsync(string clientId, string secret, IReadOnlyList<string> hashes, CancellationToken ct)
    {
        if (Encoding.UTF8.GetByteCount(secret) > LongestSecret) return SecretCheck.Wrong;
        foreach (var hash in hashes)
        {
            if (_right.TryGetValue(EntryKey(clientId, secret, hash), out _)) return SecretCheck.Right;
        }

        var key = EntryKey(clientId, secret, string.Concat(hashes));
        var check = _running.GetOrAdd(key, _ => new Lazy<Task<SecretCheck>>(() => CheckOnceAsync(key, clientId, secret, hashes)));
        return await check.Value.WaitAsync(ct);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _right.Dispose();
        _pool.Dispose();
        _share.Dispose();
    }

    // Not tied to the request that happened to come first: others wait for the same answer.
    private async Task<SecretCheck> CheckOnceAsync(string key, string clientId, string secret, IReadOnlyList<string> hashes)
    {
        try
        {
            using var share = await _share.AcquireAsync(hashes.Count == 0 ? string.Empty : clientId);
            if (!share.IsAcquired) return SecretCheck.Busy;
            using var place = await _pool.AcquireAsync();
            if (!place.IsAcquired) return SecretCheck.Busy;
            var matching = await Task.Run(() => FirstMatch(secret, hashes.Count == 0 ? [UnknownClientHash] : hashes));
            if (matching is null || hashes.Count == 0) return SecretCheck.Wrong;
            _right.Set(EntryKey(clientId, secret, matching), true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Remembered });
            return SecretCheck.Right;
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }

    private static string? FirstMatch(string secret, IReadOnlyList<string> hashes) => hashes.FirstOrDefault(hash => Bcrypt.Verify(secret, hash));

    // Lengths in front keep ("ab", "c") and ("a", "bc") apart.
    private string EntryKey(string clientId, string secret, string hash) =>
        Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{clientId.Length}:{clientId}{secret.Length}:{secret}{hash}")));
}
