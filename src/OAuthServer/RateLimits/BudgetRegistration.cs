using Microsoft.Extensions.DependencyInjection.Extensions;
using OAuthServer.Settings;

namespace OAuthServer.RateLimits;

/// <summary>The budget that an endpoint's requests are counted in.</summary>
internal sealed record BudgetMetadata(string Name);

/// <summary>Adds, uses and asks for budgets.</summary>
internal static class BudgetRegistration
{
    /// <summary>Binds and validates <see cref="RateLimitOptions"/> and adds the budgets.</summary>
    public static IServiceCollection AddBudgets(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RateLimitOptions, RateLimitOptionsValidator>(configuration.GetSection(RateLimitOptions.Section));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Budgets>();
        return services;
    }

    /// <summary>Counts requests; after routing and after <c>UseClientCors</c>, so that a 429 has its CORS headers.</summary>
    public static IApplicationBuilder UseBudgets(this IApplicationBuilder app) => app.UseMiddleware<BudgetMiddleware>();

    /// <summary>Counts this endpoint's requests in a budget of <see cref="BudgetNames"/>; endpoints of one name share it.</summary>
    /// <exception cref="ArgumentException">No budget has this name: the host does not start.</exception>
    public static T RequireBudget<T>(this T endpoint, string budget)
        where T : IEndpointConventionBuilder
    {
        if (!BudgetNames.Exists(budget)) throw new ArgumentException($"There is no budget '{budget}'.", nameof(budget));
        return endpoint.WithMetadata(new BudgetMetadata(budget));
    }
}
