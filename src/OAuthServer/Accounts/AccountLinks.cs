namespace OAuthServer.Accounts;

/// <summary>
/// Addresses of the pages for people, as paths below the issuer. The issuer alone decides them; no header of a request
/// takes part.
/// </summary>
internal sealed class AccountLinks
{
    public AccountLinks(Uri issuer)
    {
        Root = issuer.AbsolutePath.TrimEnd('/');
        IsHttps = issuer.Scheme == Uri.UriSchemeHttps;
    }

    /// <summary>The path of the issuer without a slash at the end; empty when the issuer is a bare origin.</summary>
    public string Root { get; }

    /// <summary>True when cookies can be Secure and carry the <c>__Host-</c> prefix.</summary>
    public bool IsHttps { get; }

    public string Connections => Root + "/account/connections";

    public string Password => Root + "/account/password";

    public string SignOut => Root + "/account/sign-out";

    public string StyleSheet => $"{Root}/account/site.css?v={Pages.StyleSheet.Version}";

    /// <summary>The sign-in page, coming back to <paramref name="returnUrl"/> (or to the connections when null).</summary>
    /// <param name="returnUrl">An internal target; it is escaped here.</param>
    /// <param name="reauthenticate">True to ask for the password although there is a session.</param>
    public string SignIn(string? returnUrl = null, bool reauthenticate = false)
    {
        var query = reauthenticate ? "?reauthenticate=true" : "";
        if (returnUrl is not null) query += (query.Length == 0 ? "?" : "&") + "returnUrl=" + Uri.EscapeDataString(returnUrl);
        return Root + "/account/sign-in" + query;
    }

    /// <summary>The target when it is internal, else null: a hostile target is ignored.</summary>
    public string? Internal(string? returnUrl) => ReturnUrl.IsInternal(returnUrl, Root) ? returnUrl : null;

    /// <summary>The target in the query <c>returnUrl</c>, when it is there once and internal.</summary>
    public string? ReturnTarget(HttpRequest request) =>
        request.Query["returnUrl"] is { Count: 1 } values ? Internal(values[0]) : null;
}
