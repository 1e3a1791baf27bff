namespace OAuthServer.Accounts;

/// <summary>The addresses for people, in one list.</summary>
internal static class AccountEndpoints
{
    /// <summary>Maps the pages; the answer is the endpoints that check passwords, where guesses have to be counted.</summary>
    public static IEnumerable<IEndpointConventionBuilder> MapAccounts(this IEndpointRouteBuilder routes)
    {
        routes.MapSignOut();
        routes.MapConnections();
        routes.MapStyleSheet();
        return [routes.MapSignIn(), routes.MapPassword()];
    }
}
