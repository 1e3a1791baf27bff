using OAuthServer.Protocol;

namespace OAuthServer.RateLimits;

/// <summary>The 429 of a budget that is used up: its answer tells of the budget (RFC 6585 §4).</summary>
internal sealed record BudgetRefusal : OAuthError
{
    public BudgetRefusal(string reason, BudgetState budget)
        : base(TooManyRequests(reason)) => Budget = budget;

    public BudgetState Budget { get; }
}
