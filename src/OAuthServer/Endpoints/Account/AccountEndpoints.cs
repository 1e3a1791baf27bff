using OAuthServer.Accounts.External;
using OAuthServer.Endpoints.Account.External;
using OAuthServer.Endpoints.Account.Factors;
using OAuthServer.Endpoints.Account.Passkeys;

namespace OAuthServer.Endpoints.Account;

/// <summary>The addresses for people, in one list.</summary>
internal static class AccountEndpoints
{
    /// <returns>The routes that check passwords: whoever maps them bounds the guesses.</returns>
    public static IEnumerable<IEndpointConventionBuilder> MapAccounts(this IEndpointRouteBuilder routes)
    {
        routes.MapSignOut();
        routes.MapAccount();
        routes.MapProfile();
        routes.MapLogos();
        routes.MapConnections();
        routes.MapSessions();
        routes.MapSelfService();
        routes.MapFactors();
        return [routes.MapSignIn(), routes.MapPassword(), routes.MapSecondStep(), routes.MapFactorApp(),
            routes.MapPasskeys(), routes.MapPasskeySignIn(), .. routes.MapOthers()];
    }

    // Without another provider there is no such page.
    private static IEnumerable<IEndpointConventionBuilder> MapOthers(this IEndpointRouteBuilder routes)
    {
        var providers = routes.ServiceProvider.GetRequiredService<ExternalProviders>();
        return providers.All.Count == 0 ? [] : [.. routes.MapExternal(providers), routes.MapLogins()];
    }
}
