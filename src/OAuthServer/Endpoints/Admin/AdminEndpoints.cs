using Microsoft.AspNetCore.Authentication;
using OAuthServer.Clients.Editing;
using OAuthServer.Endpoints.Admin.Description;
using OAuthServer.Endpoints.Admin.Site;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Admin;

/// <summary>The routes of the admin API, each with the scope that it takes (docs/operations/admin-api.md).</summary>
internal static class AdminEndpoints
{
    public static IServiceCollection AddAdmin(this IServiceCollection services)
    {
        services.AddSingleton<ClientRegistrar>();
        services.AddSingleton<AdminAccess>();
        services.AddSingleton<AdminAnswers>();
        services.AddSingleton<AdminClients>();
        services.AddSingleton<ClientAccess>();
        services.AddSingleton<AdminAccounts>();
        services.AddSingleton<AdminSessions>();
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
        services.AddDescription();
        services.AddSite();
        return services;
    }

    public static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        routes.MapClients(services.GetRequiredService<AdminClients>());
        routes.MapAccounts(services.GetRequiredService<AdminAccounts>());
        routes.MapSessions(services.GetRequiredService<AdminSessions>());
        routes.MapRecords(services.GetRequiredService<AdminRecords>());
        routes.MapDescription();
    }

    private static void MapClients(this IEndpointRouteBuilder routes, AdminClients clients)
    {
        const string One = "/{client_id}";
        var group = routes.MapGroup(Routes.AdminClients);
        group.MapCall("GET", "", ClientCalls.List, clients.ListAsync);
        group.MapCall("POST", "", ClientCalls.Create, clients.CreateAsync);
        group.MapCall("GET", One, ClientCalls.Get, clients.FindAsync);
        group.MapCall("PUT", One, ClientCalls.Replace, clients.ReplaceAsync);
        group.MapCall("POST", $"{One}/rotate-secret", ClientCalls.Rotate, clients.RotateAsync);
        group.MapCall("POST", $"{One}/disable", ClientCalls.Disable, clients.DisableAsync);
        group.MapCall("POST", $"{One}/enable", ClientCalls.Enable, clients.EnableAsync);
    }

    private static void MapAccounts(this IEndpointRouteBuilder routes, AdminAccounts accounts)
    {
        const string One = "/{account_id}";
        var group = routes.MapGroup(Routes.AdminAccounts);
        group.MapCall("GET", "", AccountCalls.List, accounts.ListAsync);
        group.MapCall("POST", "", AccountCalls.Create, accounts.CreateAsync);
        group.MapCall("POST", "/invite", AccountCalls.Invite, accounts.InviteAsync);
        group.MapCall("GET", One, AccountCalls.Get, accounts.FindAsync);
        group.MapCall("POST", $"{One}/disable", AccountCalls.Disable, accounts.DisableAsync);
        group.MapCall("POST", $"{One}/enable", AccountCalls.Enable, accounts.EnableAsync);
        group.MapCall("POST", $"{One}/unlock", AccountCalls.Unlock, accounts.UnlockAsync);
        group.MapCall("POST", $"{One}/reset-password", AccountCalls.Reset, accounts.ResetAsync);
        group.MapCall("POST", $"{One}/sign-out", AccountCalls.SignOut, accounts.SignOutAsync);
        group.MapCall("POST", $"{One}/remove-factors", AccountCalls.RemoveFactors, accounts.RemoveFactorsAsync);
    }

    private static void MapSessions(this IEndpointRouteBuilder routes, AdminSessions sessions)
    {
        var group = routes.MapGroup(Routes.AdminSessions);
        group.MapCall("GET", "", SessionCalls.List, sessions.ListAsync);
        group.MapCall("POST", "/end", SessionCalls.EndAll, sessions.EndAllAsync);
        group.MapCall("POST", "/{session_id}/end", SessionCalls.End, sessions.EndAsync);
    }

    private static void MapRecords(this IEndpointRouteBuilder routes, AdminRecords records)
    {
        routes.MapCall("GET", Routes.AdminResources, RecordCalls.Resources, records.ResourcesAsync);
        routes.MapCall("GET", Routes.AdminKeys, RecordCalls.Keys, records.KeysAsync);
        routes.MapCall("GET", Routes.AdminAudit, RecordCalls.Audit, records.AuditAsync);
    }
}
