namespace OAuthServer.Accounts;

/// <summary>The addresses for people, in one list.</summary>
internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        routes.MapSignIn();
        routes.MapSignOut();
        routes.MapConnections();
        routes.MapPassword();
        routes.MapStyleSheet();
    }
}
