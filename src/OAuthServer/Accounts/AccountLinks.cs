using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Accounts;

/// <summary>Who is to sign in, as seen from the session that there is.</summary>
internal enum SignInAs
{
    /// <summary>Whoever has a session need not sign in.</summary>
    Whoever,

    /// <summary>The person of the session is to type the password again.</summary>
    TheSame,

    /// <summary>Somebody else than the person of the session, whose address is not suggested.</summary>
    Another,
}

/// <summary>The links between pages for people, as paths below the issuer.</summary>
internal sealed class AccountLinks(ServerAddress address)
{
    private const string AsField = "reauthenticate";
    private const string AsTheSame = "true";
    private const string AsAnother = "another";

    /// <summary>Everything of the account in one place: where a person goes who names no other.</summary>
    public string Account => address.Local(Routes.Account);

    /// <summary>The picture of a client.</summary>
    /// <param name="hash">Of its content.</param>
    public string Logo(string hash) => address.Local(Routes.AppLogo) + "?v=" + hash;

    public string Profile => address.Local(Routes.Profile);

    public string Connections => address.Local(Routes.Connections);

    public string Password => address.Local(Routes.Password);

    public string Sessions => address.Local(Routes.Sessions);

    /// <summary>The second factors of the account.</summary>
    public string Factors => address.Local(Routes.Factors);

    public string Passkeys => address.Local(Routes.Passkeys);

    /// <summary>The other providers at which the person can sign in.</summary>
    public string Logins => address.Local(Routes.Logins);

    /// <summary>The end of a session that came from another provider, which is named there.</summary>
    /// <param name="provider">By name; null for none.</param>
    public string SignedOut(string? provider) =>
        SignOut + (provider is null ? "" : "?from=" + Uri.EscapeDataString(provider));

    public string Logout => address.Local(Routes.Logout);

    public string SignOut => address.Local(Routes.SignOut);

    /// <summary>Begins an authorization request, perhaps again.</summary>
    /// <param name="query">With its question mark.</param>
    public string Authorize(string query) => address.Local(Routes.Authorize) + query;

    /// <summary>Ends an authorization request at the client with <c>access_denied</c>.</summary>
    /// <param name="query">With its question mark.</param>
    public string CancelAuthorize(string query) => address.Local(Routes.CancelAuthorize) + query;

    /// <summary>
    /// The sign-in page, coming back to <paramref name="returnUrl"/> (or to the account when null).
    /// </summary>
    /// <param name="returnUrl">An internal target; it is escaped here.</param>
    /// <param name="who">Whether the form is shown although there is a session, and for whom.</param>
    public string SignIn(string? returnUrl = null, SignInAs who = SignInAs.Whoever)
    {
        var query = who switch
        {
            SignInAs.TheSame => $"?{AsField}={AsTheSame}",
            SignInAs.Another => $"?{AsField}={AsAnother}",
            _ => "",
        };
        if (returnUrl is not null)
            query += (query.Length == 0 ? "?" : "&") + "returnUrl=" + Uri.EscapeDataString(returnUrl);
        return address.Local(Routes.SignIn) + query;
    }

    /// <summary>The page that asks for the second factor, coming back to <paramref name="returnUrl"/>.</summary>
    public string Factor(string? returnUrl) => WithReturn(Routes.SecondStep, returnUrl);

    /// <summary>The page that sets up an authenticator app, coming back to <paramref name="returnUrl"/>.</summary>
    public string SetUpApp(string? returnUrl) => WithReturn(Routes.FactorApp, returnUrl);

    /// <summary>Who is to sign in at an address that <see cref="SignIn"/> made.</summary>
    public static SignInAs Who(HttpRequest request) => request.Query[AsField].ToString() switch
    {
        AsTheSame => SignInAs.TheSame,
        AsAnother => SignInAs.Another,
        _ => SignInAs.Whoever,
    };

    /// <summary>The query of a target that is an authorization request, question mark included; else null.</summary>
    public string? AuthorizeQuery(string target)
    {
        var route = address.Local(Routes.Authorize);
        return target.StartsWith(route + "?", StringComparison.Ordinal) ? target[route.Length..] : null;
    }

    /// <summary>The target when it is internal, else null: a hostile target is ignored.</summary>
    public string? Internal(string? returnUrl) => ReturnUrl.IsInternal(returnUrl, address.Path) ? returnUrl : null;

    private string WithReturn(string route, string? returnUrl) => address.Local(route)
        + (returnUrl is null ? "" : "?returnUrl=" + Uri.EscapeDataString(returnUrl));

    /// <summary>The target in the query <c>returnUrl</c>, when it is there once and internal.</summary>
    public string? ReturnTarget(HttpRequest request) =>
        request.Query["returnUrl"] is { Count: 1 } values ? Internal(values[0]) : null;
}
