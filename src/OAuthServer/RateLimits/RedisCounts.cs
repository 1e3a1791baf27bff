using StackExchange.Redis;

namespace OAuthServer.RateLimits;

/// <summary>A window as all instances have it.</summary>
/// <param name="Acquired">Whether the permit that was asked for was left.</param>
/// <param name="Taken">Permits that are taken now, by all instances.</param>
/// <param name="Reset">Time until the window ends.</param>
internal readonly record struct SharedCount(bool Acquired, int Taken, TimeSpan Reset);

/// <summary>
/// Windows in Redis: a number for each key, which leaves when its window ends. A permit is taken by one script, so that
/// of many instances that want the last one, one gets it.
/// </summary>
internal sealed class RedisCounts(ConfigurationOptions settings) : IAsyncDisposable
{
    // Answers with what is taken, when the window ends, and whether the permit was there. What an instance counted
    // while it was alone comes along, and can do no more than fill the window.
    private const string Take = """
        local taken = tonumber(redis.call('GET', KEYS[1]) or '0')
        local limit = tonumber(ARGV[2])
        local told = math.max(0, math.min(tonumber(ARGV[1]), limit - taken))
        local one = 0
        if taken + told < limit then one = 1 end
        if told + one > 0 then taken = redis.call('INCRBY', KEYS[1], told + one) end
        local reset = redis.call('PTTL', KEYS[1])
        if reset < 0 then
          redis.call('PEXPIRE', KEYS[1], ARGV[3])
          reset = tonumber(ARGV[3])
        end
        return {one, taken, reset}
        """;

    private Task<ConnectionMultiplexer>? _connecting;

    /// <summary>Whether there is a server that can be asked now, without waiting for it.</summary>
    public bool IsConnected => _connecting is { IsCompletedSuccessfully: true, Result.IsConnected: true };

    /// <summary>Whether the first connection is still being made.</summary>
    public bool IsConnecting => _connecting is { IsCompleted: false };

    /// <summary>Connects, and goes on trying in the background when nobody answers.</summary>
    public Task ConnectAsync()
    {
        // Nothing waits in a queue for a server to come back, and a start does not wait for it either.
        settings.AbortOnConnectFail = false;
        settings.BacklogPolicy = BacklogPolicy.FailFast;
        settings.ClientName ??= "oauthserver";
        return _connecting ??= ConnectionMultiplexer.ConnectAsync(settings);
    }

    /// <summary>Takes a permit of a window.</summary>
    /// <param name="key">The window.</param>
    /// <param name="limit">Its permits.</param>
    /// <param name="untold">Permits that were taken here alone, to be counted now.</param>
    /// <param name="length">How long the window is when it begins now.</param>
    /// <exception cref="RedisException">No answer came.</exception>
    public async Task<SharedCount> TakeAsync(string key, int limit, int untold, TimeSpan length)
    {
        if (_connecting is null) throw new InvalidOperationException("Not connected yet.");
        var redis = (await _connecting).GetDatabase();
        var answer = (long[]?)await redis.ScriptEvaluateAsync(
            Take, [key], [untold, limit, (long)length.TotalMilliseconds]);
        return answer is [var one, var taken, var reset]
            ? new SharedCount(one == 1, (int)Math.Min(taken, limit), TimeSpan.FromMilliseconds(reset))
            : throw new RedisCommandException("The script gave another answer.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connecting is null) return;
        await ((Task)_connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_connecting.IsCompletedSuccessfully) await _connecting.Result.DisposeAsync();
    }
}
