using Microsoft.Extensions.DependencyInjection.Extensions;
using OAuthServer.Audit;
using OAuthServer.RateLimits;

namespace OAuthServer.Hosting;

/// <summary>Everything that stands before the endpoints, in the one order in which it works.</summary>
internal static class ProtectionPipeline
{
    /// <summary>
    /// Adds trusted proxies, budgets and the judgement of outages. The host adds <see cref="IsRegisteredOrigin"/>, and may add
    /// <see cref="ErrorPage"/>, further <see cref="IsOutage"/> predicates and <see cref="BudgetExhausted"/> listeners.
    /// </summary>
    public static IServiceCollection AddProtection(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton<RefusalLog>();
        return services
            .AddTrustedProxies(configuration)
            .AddBudgets(configuration)
            .AddSingleton<IsOutage>(Outage.OfPostgres);
    }

    /// <summary>First in the pipeline; authentication and the endpoints follow.</summary>
    /// <param name="app">The application.</param>
    /// <param name="issuer">The configured issuer: when it is https, plain http is refused.</param>
    public static IApplicationBuilder UseProtection(this IApplicationBuilder app, string issuer) => app
        .UseMiddleware<CorrelationId>()
        .UseMiddleware<UnexpectedErrors>(new PathString(new Uri(issuer).AbsolutePath.TrimEnd('/')))
        .UseForwardedHeaders()
        .UseMiddleware<SecurityHeaders>()
        .UseMiddleware<HttpsOnly>(issuer)
        .UseRouting()
        .UseClientCors()
        .UseBudgets();
}
