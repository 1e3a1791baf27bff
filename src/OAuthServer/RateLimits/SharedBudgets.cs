using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using StackExchange.Redis;

namespace OAuthServer.RateLimits;

/// <summary>
/// Lets all instances count together, where <c>RateLimiting:Shared:Redis</c> is set. Redis is asked when a permit is
/// taken and never when one is only looked at, so a request that is not refused costs nothing more. When it does not
/// answer, this instance counts alone, says so once, and asks again after a pause: nothing waits longer than
/// <see cref="SharedBudgetOptions.TimeLimit"/> and nothing fails (docs/decisions/055-budgets-in-redis.md).
/// </summary>
internal sealed partial class SharedBudgets : IHostedService, IAsyncDisposable
{
    private readonly SharedBudgetOptions _options;
    private readonly KeyRing _keys;
    private readonly TimeProvider _clock;
    private readonly ILogger<SharedBudgets> _logger;
    private readonly RedisCounts? _redis;

    // The moment of the clock at which Redis is asked again; the smallest number while it answers.
    private long _pausedUntil = long.MinValue;
    private long _countedAlone;

    public SharedBudgets(
        IOptions<RateLimitOptions> options, KeyRing keys, TimeProvider clock, ILogger<SharedBudgets> logger)
    {
        (_options, _keys, _clock, _logger) = (options.Value.Shared, keys, clock, logger);
        if (_options.Parse() is { } settings) _redis = new RedisCounts(settings);
    }

    /// <summary>Whether instances are to count together.</summary>
    public bool IsOn => _redis is not null;

    /// <summary>Whether they do now.</summary>
    public bool IsTogether => _redis is { IsConnected: true } && Volatile.Read(ref _pausedUntil) == long.MinValue;

    /// <summary>How many permits were taken by this instance alone although they are to be counted together.</summary>
    public long CountedAlone => Interlocked.Read(ref _countedAlone);

    /// <summary>
    /// The key under which all instances name what was typed; null when they do not count together, or the server
    /// secret has not been read.
    /// </summary>
    public byte[]? Key => IsOn ? _keys.Current?.Secrets.Current.BudgetKey : null;

    /// <summary>Takes a permit of the window that all instances have; null when this instance counts alone.</summary>
    /// <param name="budget">The budget's name.</param>
    /// <param name="key">Who it counts for; Redis gets an HMAC of it.</param>
    /// <param name="limit">Permits of a window, and its length.</param>
    /// <param name="untold">Permits that were taken here alone, to be counted too.</param>
    public async ValueTask<SharedCount?> TakeAsync(
        string budget, string key, (int Permits, TimeSpan Window) limit, int untold)
    {
        if (MayAsk() && Key is { } secret && await AskAsync(Name(secret, budget, key), limit, untold) is { } count)
            return count;
        Interlocked.Increment(ref _countedAlone);
        return null;
    }

    /// <summary>How long Redis takes for a permit; what is wrong when it gives none.</summary>
    public async Task<(TimeSpan Time, string? Fault)> ProbeAsync(CancellationToken ct)
    {
        try
        {
            await _redis!.ConnectAsync().WaitAsync(ct);
            await _redis.TakeAsync("oauth:doctor", 1, 0, TimeSpan.FromSeconds(1)).WaitAsync(ct);
            var began = _clock.GetTimestamp();
            await _redis.TakeAsync("oauth:doctor", 1, 0, TimeSpan.FromSeconds(1)).WaitAsync(ct);
            return (_clock.GetElapsedTime(began), null);
        }
        catch (RedisException fault)
        {
            return (default, fault.GetType().Name);
        }
    }

    /// <summary>Begins to connect; a start does not wait for it.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_redis is not null) _ = ConnectAsync(_redis);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => _redis?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string Name(byte[] secret, string budget, string key)
    {
        var seal = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{budget}\0{key}"));
        return $"oauth:{budget}:{Base64Url.EncodeToString(seal.AsSpan(0, 16))}";
    }

    private async Task ConnectAsync(RedisCounts redis)
    {
        await redis.ConnectAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!redis.IsConnected) Pause(null);
    }

    // Of many that come after the pause, one tries.
    private bool MayAsk()
    {
        if (_redis is null) return false;
        var until = Volatile.Read(ref _pausedUntil);
        // A start that is still connecting is no outage, and what it counts meanwhile is told later.
        if (until == long.MinValue) return _redis.IsConnected || (!_redis.IsConnecting && Pause(null));
        var now = _clock.GetTimestamp();
        return now >= until && _redis.IsConnected
            && Interlocked.CompareExchange(ref _pausedUntil, Later(now), until) == until;
    }

    private async ValueTask<SharedCount?> AskAsync(string name, (int Permits, TimeSpan Window) limit, int untold)
    {
        var asking = _redis!.TakeAsync(name, limit.Permits, untold, limit.Window);
        try
        {
            var count = await asking.WaitAsync(_options.TimeLimit, _clock);
            if (Interlocked.Exchange(ref _pausedUntil, long.MinValue) != long.MinValue) LogTogether();
            return count;
        }
        catch (Exception away) when (away is RedisException or TimeoutException)
        {
            // What it says when it comes too late is of no use to anybody.
            _ = asking.ContinueWith(
                late => late.Exception,
                CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            Pause(away);
            return null;
        }
    }

    // False: what has to be counted now is counted alone.
    private bool Pause(Exception? why)
    {
        if (Interlocked.Exchange(ref _pausedUntil, Later(_clock.GetTimestamp())) == long.MinValue)
            LogAlone(why?.GetType().Name ?? "not connected", _options.Pause.TotalSeconds);
        return false;
    }

    private long Later(long now) => now + (long)(_options.Pause.TotalSeconds * _clock.TimestampFrequency);

    [LoggerMessage(7021, LogLevel.Warning,
        "Redis does not answer ({Reason}): this instance counts its budgets alone, and asks again every {Seconds} s")]
    private partial void LogAlone(string reason, double seconds);

    [LoggerMessage(7022, LogLevel.Information, "Redis answers again: budgets are counted with the other instances")]
    private partial void LogTogether();
}
