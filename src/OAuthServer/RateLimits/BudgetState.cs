namespace OAuthServer.RateLimits;

/// <summary>A budget as <c>Retry-After</c> and <c>RateLimit-*</c> tell it (RFC 6585 §4).</summary>
/// <param name="Limit">Permits per window.</param>
/// <param name="Remaining">Permits left in this window.</param>
/// <param name="Reset">Time until the window ends; its whole length when it has not opened yet.</param>
internal readonly record struct BudgetState(int Limit, int Remaining, TimeSpan Reset)
{
    /// <summary><see cref="Reset"/> in whole seconds, rounded up and never 0.</summary>
    public long ResetSeconds => Math.Max(1, (long)Math.Ceiling(Reset.TotalSeconds));
}
