using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OAuthServer.Audit;
using OAuthServer.Endpoints.Account;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Endpoints.Discovery;
using OAuthServer.Endpoints.Revoke;
using OAuthServer.Endpoints.Token;
using OAuthServer.Keys;
using OAuthServer.RateLimits;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>Every route, with the budget that it is counted in and the origins that may read it.</summary>
internal static class EndpointMap
{
    public static void MapServer(this WebApplication app)
    {
        var address = app.Services.GetRequiredService<ServerAddress>();
        var routes = app.MapGroup(address.Path);

        foreach (var authorize in routes.MapAuthorize()) authorize.RequireBudget(BudgetNames.Authorize);
        // These need no services of a request's own, so they are handed theirs once.
        var (tokens, telemetry) = (app.Services.GetRequiredService<TokenService>(), app.Services.GetRequiredService<ServerTelemetry>());
        routes.MapToken(tokens, telemetry).RequireBudget(BudgetNames.Token).AllowClientOrigins();
        routes.MapRefresh(tokens, telemetry).RequireBudget(BudgetNames.Token).AllowClientOrigins();
        routes.MapRevoke(app.Services.GetRequiredService<RevokeService>(), telemetry).RequireBudget(BudgetNames.Revoke).AllowClientOrigins();

        app.MapMetadata(address, app.Services.GetRequiredService<DiscoveryDocuments>()).AllowAnyOrigin();
        routes.MapKeys(app.Services.GetRequiredService<KeyRing>(), app.Services.GetRequiredService<RefusalLog>()).AllowAnyOrigin();
        routes.MapRevocations(app.Services.GetRequiredService<RevocationList>()).AllowAnyOrigin();

        foreach (var password in routes.MapAccounts()) password.RequireBudget(BudgetNames.SignIn);
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
    }
}
