using Microsoft.AspNetCore.Authentication;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Admin;

/// <summary>The routes of the admin API, each with the scope that it takes (docs/operations/admin-api.md).</summary>
internal static class AdminEndpoints
{
    private const string One = "/{client_id}";

    public static IServiceCollection AddAdmin(this IServiceCollection services)
    {
        services.AddSingleton<ClientRegistrar>();
        services.AddSingleton<AdminAccess>();
        services.AddSingleton<AdminAnswers>();
        services.AddSingleton<AdminClients>();
        services.AddSingleton<AdminRecords>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, AdminBearer>(AdminBearer.SchemeName, null);
        services.AddAuthorization(policies =>
        {
            foreach (var scope in AdminScopes.All)
            {
                policies.AddPolicy(scope, policy =>
                    policy.AddAuthenticationSchemes(AdminBearer.SchemeName).RequireClaim("scope", scope));
            }
        });
        return services;
    }

    public static void MapAdmin(this IEndpointRouteBuilder routes, AdminClients clients, AdminRecords records)
    {
        var group = routes.MapGroup(Routes.AdminClients);
        Calls("GET", "", clients.ListAsync, "admin.clients.list", AdminScopes.ReadClients);
        Calls("POST", "", clients.CreateAsync, "admin.clients.create", AdminScopes.WriteClients);
        Calls("GET", One, clients.FindAsync, "admin.clients.get", AdminScopes.ReadClients);
        Calls("PUT", One, clients.ReplaceAsync, "admin.clients.replace", AdminScopes.WriteClients);
        Calls("POST", $"{One}/rotate-secret", clients.RotateAsync, "admin.clients.rotate", AdminScopes.WriteClients);
        Calls("POST", $"{One}/disable", clients.DisableAsync, "admin.clients.disable", AdminScopes.WriteClients);
        Calls("POST", $"{One}/enable", clients.EnableAsync, "admin.clients.enable", AdminScopes.WriteClients);
        Shows(Routes.AdminResources, records.ResourcesAsync, "admin.resources.list", AdminScopes.ReadResources);
        Shows(Routes.AdminKeys, records.KeysAsync, "admin.keys.list", AdminScopes.ReadKeys);
        Shows(Routes.AdminAudit, records.AuditAsync, "admin.audit.search", AdminScopes.ReadAudit);

        void Calls(string method, string path, RequestDelegate answer, string name, string scope) =>
            group.MapMethods(path, [method], answer).WithName(name)
                .RequireAuthorization(scope).RequireBudget(Budget.Admin);

        void Shows(string path, RequestDelegate answer, string name, string scope) =>
            routes.MapGet(path, answer).WithName(name).RequireAuthorization(scope).RequireBudget(Budget.Admin);
    }
}
