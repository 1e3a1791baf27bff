using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.RateLimits;
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
/// Checks client secrets against bcrypt (RFC 6749 §10.10, docs/decisions/006-wrong-secrets-always-pay.md). A right
/// secret is remembered until its entry expires or the hash changes. Wrong secrets and unknown clients take the same
/// work each time. Requests that bring the same secret at the same moment share one check.
/// </summary>
internal sealed class ClientSecretVerifier(
    IOptions<ClientSecretOptions> options, HashWork work, SecretUses uses, ServerTelemetry telemetry) : IDisposable
{
    /// <summary>bcrypt reads no more than this many bytes; longer secrets are refused instead of cut.</summary>
    public const int LongestSecret = 72;

    private const int MostRemembered = 10_000;
    private const int MostWaitingPerLane = 8;

    private static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(5);

    private readonly long _rounds = 1L << options.Value.Cost;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly MemoryCache _right = new(new MemoryCacheOptions { SizeLimit = MostRemembered });
    private readonly ConcurrentDictionary<string, Lazy<Task<SecretCheck>>> _running = new(StringComparer.Ordinal);

    public int Remembered => _right.Count;

    /// <summary>
    /// True when this secret was found right a short while ago, for a hash that is still live. Costs no bcrypt.
    /// </summary>
    public bool Remembers(string clientId, string secret, IReadOnlyList<string> hashes)
    {
        var began = telemetry.SecretCheckBegins();
        foreach (var hash in hashes)
        {
            if (!_right.TryGetValue<SecretUse>(EntryKey(clientId, secret, hash), out var use)) continue;
            uses.Note(use!);
            telemetry.SecretChecked(began, "memory", "right");
            return true;
        }

        return false;
    }

    /// <summary>
    /// Checks a secret against the live hashes of a client; none of them means an unknown or public client.
    /// </summary>
    public ValueTask<SecretCheck> CheckAsync(
        string clientId, string secret, IReadOnlyList<string> hashes, CancellationToken ct) =>
        CheckAsync("anyone", clientId, secret, hashes, ct);

    /// <summary>
    /// The same for a request that brings a live code or token of the client: it has a queue of its own.
    /// </summary>
    public ValueTask<SecretCheck> CheckForHolderAsync(
        string clientId, string secret, IReadOnlyList<string> hashes, CancellationToken ct) =>
        CheckAsync("holder", clientId, secret, hashes, ct);

    public void Dispose() => _right.Dispose();

    private async ValueTask<SecretCheck> CheckAsync(
        string queue, string clientId, string secret, IReadOnlyList<string> hashes, CancellationToken ct)
    {
        if (Encoding.UTF8.GetByteCount(secret) > LongestSecret) return SecretCheck.Wrong;
        if (Remembers(clientId, secret, hashes)) return SecretCheck.Right;
        using var span = telemetry.Span("check client secret");
        var began = telemetry.SecretCheckBegins();
        var lane = new HashLane($"{queue} {(hashes.Count == 0 ? string.Empty : clientId)}", 1, MostWaitingPerLane);
        var key = lane.Key + EntryKey(clientId, secret, string.Concat(hashes));
        var check = _running.GetOrAdd(
            key, _ => new Lazy<Task<SecretCheck>>(() => CheckOnceAsync(key, lane, clientId, secret, hashes)));
        var result = await check.Value.WaitAsync(ct);
        telemetry.SecretChecked(began, "bcrypt", Text(result));
        return result;
    }

    private static string Text(SecretCheck result) => result switch
    {
        SecretCheck.Right => "right",
        SecretCheck.Wrong => "wrong",
        _ => "busy",
    };

    // Not tied to the first request: others wait for the same answer.
    private async Task<SecretCheck> CheckOnceAsync(
        string key, HashLane lane, string clientId, string secret, IReadOnlyList<string> hashes)
    {
        try
        {
            using var turn = await work.EnterAsync(lane, CancellationToken.None);
            if (!turn.IsAcquired) return SecretCheck.Busy;
            // On a thread of its own: the pool has as many as there are cores, and other requests need them.
            var matching = await Task.Factory.StartNew(
                () => FirstMatch(secret, hashes),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            if (matching is null)
            {
                await turn.RestAsync();
                return SecretCheck.Wrong;
            }

            Remember(clientId, secret, matching);
            return SecretCheck.Right;
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }

    private void Remember(string clientId, string secret, string hash)
    {
        var use = new SecretUse(clientId, hash);
        uses.Note(use);
        var entry = new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = RememberedFor };
        _right.Set(EntryKey(clientId, secret, hash), use, entry);
    }

    // A refusal takes the same number of rounds whether the client is unknown or its hash is cheaper than ours, so
    // that time does not tell which clients exist.
    private string? FirstMatch(string secret, IReadOnlyList<string> hashes)
    {
        var rounds = 0L;
        foreach (var hash in hashes)
        {
            if (Bcrypt.Verify(secret, hash)) return hash;
            rounds += 1L << BcryptHash.CostOf(hash);
        }

        foreach (var cost in BcryptHash.CostsThatFill(rounds, _rounds))
            Bcrypt.Verify(secret, BcryptHash.OfNobody(cost));
        return null;
    }

    // Lengths in front keep ("ab", "c") and ("a", "bc") apart.
    private string EntryKey(string clientId, string secret, string hash)
    {
        var text = $"{clientId.Length}:{clientId}{secret.Length}:{secret}{hash}";
        return Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
    }
}
