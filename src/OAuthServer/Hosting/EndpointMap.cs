using OAuthServer.Audit;
using OAuthServer.Endpoints;
using OAuthServer.Endpoints.Account;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Endpoints.Discovery;
using OAuthServer.Endpoints.Introspect;
using OAuthServer.Endpoints.Logout;
using OAuthServer.Endpoints.OpenId;
using OAuthServer.Endpoints.Push;
using OAuthServer.Endpoints.Revoke;
using OAuthServer.Endpoints.Token;
using OAuthServer.Keys;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>Every route, with the budget that it is counted in and the origins that may read it.</summary>
internal static class EndpointMap
{
    public static void MapServer(this WebApplication app)
    {
        var server = Service<ServerAddress>(app);
        var routes = app.MapGroup(server.Path);

        routes.MapPeople(Service<Brand>(app));
        app.MapChangePassword();

        // These need no services of a request's own, so they are handed theirs once.
        var (answers, telemetry) = (Service<OAuthAnswers>(app), Service<ServerTelemetry>(app));
        foreach (var address in (TokenRoute[])[TokenRoute.Token, TokenRoute.Refresh])
        {
            routes.MapToken(address, Service<TokenService>(app), answers, telemetry, Service<TimeProvider>(app))
                .RequireBudget(Budget.Token).RequireCors(ClientOrigins.Registered);
        }

        routes.MapRevoke(Service<RevokeService>(app), answers, telemetry, Service<AddressBudgets>(app))
            .RequireBudget(Budget.Revoke).RequireCors(ClientOrigins.Registered);

        routes.MapPush(Service<PushService>(app), answers, telemetry)
            .RequireBudget(Budget.Token).RequireCors(ClientOrigins.Registered);

        // For APIs and gateways, never for pages: no origin may read it.
        routes.MapIntrospect(Service<IntrospectService>(app), answers, telemetry).RequireBudget(Budget.Token);

        app.MapOpenId(server, routes);
        app.MapMetadata(server, Service<DiscoveryDocuments>(app)).RequireCors(ClientOrigins.Any);
        routes.MapKeys(Service<KeyRing>(app), answers, Service<RefusalLog>(app)).RequireCors(ClientOrigins.Any);
        routes.MapRevocations(Service<RevocationList>(app))
            .RequireBudget(Budget.Revocations).RequireCors(ClientOrigins.Any);

        app.MapProbes();
    }

    /// <summary>The probes, at every port.</summary>
    public static void MapProbes(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks(Routes.LiveProbe, new() { Predicate = _ => false });
        routes.MapHealthChecks(Routes.DocumentsProbe, new() { Predicate = check => check.Tags.Contains("documents") });
        routes.MapHealthChecks(Routes.ReadyProbe, new() { Predicate = check => check.Tags.Contains("ready") });
    }

    private static void MapPeople(this IEndpointRouteBuilder routes, Brand brand)
    {
        var people = routes.MapGroup("").AddEndpointFilter<SessionKeyFilter>();
        foreach (var route in people.MapAuthorize()) route.RequireBudget(Budget.Authorize);
        foreach (var route in people.MapLogout()) route.RequireBudget(Budget.Authorize);
        foreach (var route in people.MapAccounts()) route.RequireBudget(Budget.SignIn);
        routes.MapStyleSheet();
        routes.MapScript();
        brand.Map(routes);
    }

    private static void MapOpenId(this WebApplication app, ServerAddress server, RouteGroupBuilder routes)
    {
        // An app in a browser calls it as it calls the token endpoint.
        routes.MapUserInfo(server, Service<UserInfoService>(app), Service<ServerTelemetry>(app))
            .RequireBudget(Budget.Token).RequireCors(ClientOrigins.Registered);
        app.MapUserInfoMetadata(server).RequireCors(ClientOrigins.Any);
        foreach (var route in app.MapOpenIdMetadata(server, Service<DiscoveryDocuments>(app)))
            route.RequireCors(ClientOrigins.Any);
    }

    private static T Service<T>(WebApplication app)
        where T : notnull => app.Services.GetRequiredService<T>();
}
