using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Accounts;

/// <summary>The links between pages for people, as paths below the issuer.</summary>
internal sealed class AccountLinks(ServerAddress address)
{
    public string Connections => address.Local(Routes.Connections);

    public string Password => address.Local(Routes.Password);

    public string SignOut => address.Local(Routes.SignOut);

    /// <summary>Begins an authorization request, perhaps again.</summary>
    /// <param name="query">With its question mark.</param>
    public string Authorize(string query) => address.Local(Routes.Authorize) + query;

    /// <summary>Ends an authorization request at the client with <c>access_denied</c>.</summary>
    /// <param name="query">With its question mark.</param>
    public string CancelAuthorize(string query) => address.Local(Routes.CancelAuthorize) + query;

    /// <summary>
    /// The sign-in page, coming back to <paramref name="returnUrl"/> (or to the connections when null).
    /// </summary>
    /// <param name="returnUrl">An internal target; it is escaped here.</param>
    /// <param name="reauthenticate">True to ask for the password although there is a session.</param>
    public string SignIn(string? returnUrl = null, bool reauthenticate = false)
    {
        var query = reauthenticate ? "?reauthenticate=true" : "";
        if (returnUrl is not null)
            query += (query.Length == 0 ? "?" : "&") + "returnUrl=" + Uri.EscapeDataString(returnUrl);
        return address.Local(Routes.SignIn) + query;
    }

    /// <summary>The query of a target that is an authorization request, question mark included; else null.</summary>
    public string? AuthorizeQuery(string target)
    {
        var route = address.Local(Routes.Authorize);
        return target.StartsWith(route + "?", StringComparison.Ordinal) ? target[route.Length..] : null;
    }

    /// <summary>The target when it is internal, else null: a hostile target is ignored.</summary>
    public string? Internal(string? returnUrl) => ReturnUrl.IsInternal(returnUrl, address.Path) ? returnUrl : null;

    /// <summary>The target in the query <c>returnUrl</c>, when it is there once and internal.</summary>
    public string? ReturnTarget(HttpRequest request) =>
        request.Query["returnUrl"] is { Count: 1 } values ? Internal(values[0]) : null;
}
