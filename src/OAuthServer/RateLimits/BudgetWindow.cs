using System.Threading.RateLimiting;

namespace OAuthServer.RateLimits;

/// <summary>
/// The fixed window of one address, client or account in one budget. The framework's <see cref="FixedWindowRateLimiter"/>
/// reads its own clock and does not say when its window ends, which <c>RateLimit-Reset</c> and an honest
/// <c>Retry-After</c> need (RFC 9110 §10.2.3), so the window is ours. <see cref="BudgetTable"/> holds many.
/// </summary>
internal sealed class BudgetWindow(int limit, TimeSpan length, TimeProvider clock) : RateLimiter
{
    /// <summary>The lease's metadata that holds the <see cref="BudgetState"/>.</summary>
    public static readonly MetadataName<BudgetState> State = MetadataName.Create<BudgetState>("BUDGET_STATE");

    private readonly Lock _gate = new();
    private long _opened = clock.GetTimestamp();
    private int _taken;
    private bool _refusedBefore;

    /// <summary>How long nothing has been held here; null while a window is open. The framework drops what is idle.</summary>
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

    /// <inheritdoc />
    public override RateLimiterStatistics GetStatistics()
    {
        lock (_gate)
        {
            CloseWhenOver();
            return new RateLimiterStatistics { CurrentAvailablePermits = limit - _taken };
        }
    }

    /// <summary>Takes permits; with 0, only asks whether any are left.</summary>
    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        lock (_gate)
        {
            CloseWhenOver();
            var acquired = Math.Max(permitCount, 1) <= limit - _taken;
            if (acquired) Take(permitCount);
            var first = !acquired && !_refusedBefore;
            _refusedBefore |= !acquired;
            var reset = _taken == 0 ? length : length - clock.GetElapsedTime(_opened);
            return new Lease(acquired, new BudgetState(limit, limit - _taken, reset, first));
        }
    }

    /// <summary>The same as <see cref="AttemptAcquireCore"/>: nobody ever waits in a queue.</summary>
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
        ValueTask.FromResult(AttemptAcquireCore(permitCount));

    private void Take(int permitCount)
    {
        if (permitCount == 0) return;
        if (_taken == 0) _opened = clock.GetTimestamp();
        _taken += permitCount;
    }

    private void CloseWhenOver()
    {
        if (_taken == 0 || clock.GetElapsedTime(_opened) < length) return;
        _taken = 0;
        _refusedBefore = false;
        _opened = clock.GetTimestamp();
    }

    private sealed class Lease(bool acquired, BudgetState state) : RateLimitLease
    {
        public override bool IsAcquired => acquired;

        public override IEnumerable<string> MetadataNames => [State.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == State.Name ? state : null;
            return metadata is not null;
        }
    }
}
