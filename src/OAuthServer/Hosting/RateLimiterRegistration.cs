using Microsoft.AspNetCore.RateLimiting;
using OAuthServer.Audit;
using OAuthServer.Endpoints;
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
        services.AddOptions<RateLimiterOptions>().Configure<AddressBudgets, RefusalLog>((limiter, budgets, refusals) =>
        {
            limiter.GlobalLimiter = budgets;
            limiter.OnRejected = (rejected, _) => RefuseAsync(rejected, budgets, refusals);
        });
        return services;
    }

    private static async ValueTask RefuseAsync(OnRejectedContext rejected, AddressBudgets budgets, RefusalLog refusals)
    {
        var http = rejected.HttpContext;
        var state = ((BudgetLease)rejected.Lease).State;
        await budgets.RecordAsync(http, state);
        var refusal = refusals.Note(http, OAuthError.TooManyRequests(Reasons.AddressBudget, state));
        await OAuthAnswer.Refuse(refusal).ExecuteAsync(http);
    }
}
