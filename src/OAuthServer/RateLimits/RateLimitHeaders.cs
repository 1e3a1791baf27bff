using System.Globalization;

namespace OAuthServer.RateLimits;

/// <summary>The headers that tell a caller its budget.</summary>
internal static class RateLimitHeaders
{
    private const string Limit = "RateLimit-Limit";

    /// <summary>Writes <c>RateLimit-*</c>.</summary>
    public static void Write(this IHeaderDictionary headers, BudgetState budget)
    {
        headers[Limit] = budget.Limit.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = budget.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = budget.ResetSeconds.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Writes <c>RateLimit-*</c> and <c>Retry-After</c> of a budget that is used up (RFC 6585 §4).</summary>
    public static void WriteUsedUp(this IHeaderDictionary headers, BudgetState budget)
    {
        headers.RetryAfter = budget.ResetSeconds.ToString(CultureInfo.InvariantCulture);
        headers.Write(budget);
    }

    /// <summary>True when the answer already tells of a budget.</summary>
    public static bool TellBudget(this IHeaderDictionary headers) => headers.ContainsKey(Limit);
}
