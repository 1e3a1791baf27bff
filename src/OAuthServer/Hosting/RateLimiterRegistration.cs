using Microsoft.AspNetCore.RateLimiting;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Hosting;

/// <summary>Puts <see cref="AddressBudgets"/> into the framework's rate limiter.</summary>
internal static class RateLimiterRegistration
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddBudgets(configuration);
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<AddressBudgets, ErrorAnswers>(
            (limiter, budgets, answers) =>
            {
                limiter.GlobalLimiter = budgets;
                limiter.OnRejected = (rejected, _) => RefuseAsync(rejected, budgets, answers);
            });
        return services;
    }

    private static async ValueTask RefuseAsync(
        OnRejectedContext rejected, AddressBudgets budgets, ErrorAnswers answers)
    {
        var http = rejected.HttpContext;
        var state = ((BudgetLease)rejected.Lease).State;
        await budgets.RecordAsync(http, state);
        await answers.WriteAsync(http, new BudgetRefusal(Reasons.AddressBudget, state));
    }
}
