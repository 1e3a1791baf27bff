namespace OAuthServer.RateLimits;

/// <summary>A group of endpoints of which an address may ask only so much; they share the budget.</summary>
internal enum Budget
{
    /// <summary>The authorization endpoint.</summary>
    Authorize,

    /// <summary>The token endpoint and the refresh endpoint.</summary>
    Token,

    /// <summary>The revocation endpoint.</summary>
    Revoke,

    /// <summary>The list of revoked tokens.</summary>
    Revocations,

    /// <summary>The forms that take a password.</summary>
    SignIn,

    /// <summary>The forms that send mail.</summary>
    Mail,

    /// <summary>The admin API.</summary>
    Admin,
}

/// <summary>The budget that an endpoint's requests are counted in.</summary>
internal sealed record BudgetMetadata(Budget Budget);

/// <summary>Asks for a budget, and names it.</summary>
internal static class BudgetExtensions
{
    /// <summary>Counts this endpoint's requests in a budget.</summary>
    public static T RequireBudget<T>(this T endpoint, Budget budget)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new BudgetMetadata(budget));

    /// <summary>The name in logs and metrics.</summary>
    public static string Name(this Budget budget) => budget switch
    {
        Budget.Authorize => "authorize",
        Budget.Token => "token",
        Budget.Revoke => "revoke",
        Budget.Revocations => "revocations",
        Budget.Mail => "mail",
        Budget.Admin => "admin",
        _ => "sign-in",
    };
}
