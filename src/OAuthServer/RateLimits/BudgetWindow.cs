using System.Threading.RateLimiting;

namespace OAuthServer.RateLimits;

/// <summary>
/// The fixed window of one address, client or account in one budget: a rate limiter of the framework's kind that
/// also says when its window ends, which <c>RateLimit-Reset</c> and <c>Retry-After</c> need (RFC 9110 §10.2.3).
/// </summary>
internal sealed class BudgetWindow(int limit, TimeSpan length, TimeProvider clock) : RateLimiter
{
    private readonly Lock _gate = new();
    private long _opened = clock.GetTimestamp();
    private int _taken;
    private int _untold;
    private bool _reported;

    /// <summary>How long nothing has been held here; null while a window is open.</summary>
    public override TimeSpan? IdleDuration
    {
        get
        {
            lock (_gate)
            {
                var age = clock.GetElapsedTime(_opened);
                if (_taken == 0) return age;
                return age >= length ? age - length : null;
            }
        }
    }

    /// <inheritdoc/>
    public override RateLimiterStatistics GetStatistics()
    {
        lock (_gate)
        {
            CloseWhenOver();
            return new RateLimiterStatistics { CurrentAvailablePermits = limit - _taken };
        }
    }

    /// <summary>True once in each window, for whoever puts on record that it has refused.</summary>
    public bool TryReport()
    {
        lock (_gate)
        {
            CloseWhenOver();
            var first = !_reported;
            _reported = true;
            return first;
        }
    }

    /// <summary>Permits that no other instance has heard of yet; they count as told from now on.</summary>
    public int TakeUntold()
    {
        lock (_gate)
        {
            CloseWhenOver();
            var untold = _untold;
            _untold = 0;
            return untold;
        }
    }

    /// <summary>Puts permits back among those that nobody else has heard of.</summary>
    public void KeepUntold(int permits)
    {
        lock (_gate) if (_taken > 0) _untold = Math.Min(limit, _untold + permits);
    }

    /// <summary>Takes over what all instances have taken, and when their window ends.</summary>
    public BudgetLease Adopt(SharedCount shared)
    {
        lock (_gate)
        {
            CloseWhenOver();
            // What others here take at this moment is counted already, and not yet in the answer.
            _taken = Math.Min(limit, Math.Max(_taken, shared.Taken));
            var reset = shared.Reset < length ? shared.Reset : length;
            _opened = clock.GetTimestamp() - (long)((length - reset).TotalSeconds * clock.TimestampFrequency);
            return new BudgetLease(shared.Acquired, new BudgetState(limit, limit - _taken, reset));
        }
    }

    /// <summary>Takes permits; with 0, only asks whether any are left.</summary>
    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        lock (_gate)
        {
            CloseWhenOver();
            var acquired = Math.Max(permitCount, 1) <= limit - _taken;
            if (acquired && permitCount > 0) Take(permitCount);
            var reset = _taken == 0 ? length : length - clock.GetElapsedTime(_opened);
            return new BudgetLease(acquired, new BudgetState(limit, limit - _taken, reset));
        }
    }

    /// <summary>The same as <see cref="AttemptAcquireCore"/>: nobody ever waits in a queue.</summary>
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(
        int permitCount, CancellationToken cancellationToken) => ValueTask.FromResult(AttemptAcquireCore(permitCount));

    private void Take(int permitCount)
    {
        if (_taken == 0) _opened = clock.GetTimestamp();
        _taken += permitCount;
    }

    private void CloseWhenOver()
    {
        if (_taken == 0 || clock.GetElapsedTime(_opened) < length) return;
        _taken = 0;
        _untold = 0;
        _reported = false;
        _opened = clock.GetTimestamp();
    }
}
