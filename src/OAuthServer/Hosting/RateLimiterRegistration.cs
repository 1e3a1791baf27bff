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
        services.AddOptions<RateLimiterOptions>().Configure<AddressBudgets, RefusalLog, OAuthAnswers>(
            (limiter, budgets, refusals, answers) =>
            {
                limiter.GlobalLimiter = budgets;
                limiter.OnRejected = (rejected, _) => RefuseAsync(rejected, budgets, refusals, answers);
            });
        return services;
    }

    private static async ValueTask RefuseAsync(
        OnRejectedContext rejected, AddressBudgets budgets, RefusalLog refusals, OAuthAnswers answers)
    {
        var http = rejected.HttpContext;
        var state = ((BudgetLease)rejected.Lease).State;
        await budgets.RecordAsync(http, state);
        var refusal = refusals.Note(http, new BudgetRefusal(Reasons.AddressBudget, state));
        await answers.Refuse(refusal).ExecuteAsync(http);
    }
}
