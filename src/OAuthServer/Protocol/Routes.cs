namespace OAuthServer.Protocol;

/// <summary>Every path that this server serves, below the path of the issuer unless it says otherwise.</summary>
internal static class Routes
{
    public const string Authorize = "/oauth/authorize";
    public const string CancelAuthorize = Authorize + "/cancel";
    public const string Consent = Authorize + "/consent";
    public const string Token = "/oauth/token";
    public const string Refresh = "/oauth/refresh";
    public const string Revoke = "/oauth/revoke";
    public const string Push = "/oauth/par";
    public const string Introspect = "/oauth/introspect";
    public const string Logout = "/oauth/logout";
    public const string ConfirmLogout = Logout + "/confirm";
    public const string Revocations = "/oauth/revocations";
    public const string UserInfo = "/oauth/userinfo";

    /// <summary>At the root of the management port; below the issuer it is the audience of its tokens.</summary>
    public const string AdminApi = "/admin/api";

    public const string AdminClients = AdminApi + "/clients";
    public const string AdminAccounts = AdminApi + "/accounts";
    public const string AdminSessions = AdminApi + "/sessions";
    public const string AdminResources = AdminApi + "/resources";
    public const string AdminKeys = AdminApi + "/keys";
    public const string AdminAudit = AdminApi + "/audit";

    /// <summary>The description of all of them (OpenAPI).</summary>
    public const string AdminDescription = AdminApi + "/openapi.json";

    /// <summary>The operators' site, at the root of the management port.</summary>
    public const string Site = "/admin";

    public const string SiteSignIn = Site + "/sign-in";
    public const string SiteSignedIn = Site + "/signed-in";
    public const string SiteSignOut = Site + "/sign-out";
    public const string SiteClients = Site + "/clients";
    public const string SitePeople = Site + "/people";
    public const string SiteEvents = Site + "/events";
    public const string SiteKeys = Site + "/keys";
    public const string SiteWhy = Site + "/why";
    public const string SiteStyleSheet = Site + "/site.css";

    /// <summary>At the root of the management port, as the next.</summary>
    public const string Metrics = "/metrics";

    /// <summary>At the host's root, with the issuer's path behind it (RFC 8414 §3.1).</summary>
    public const string Metadata = "/.well-known/oauth-authorization-server";

    /// <summary>
    /// Of OpenID Connect: below the issuer (Discovery §4), and at the host's root with the issuer's path behind it,
    /// where RFC 8414 §5 looks for it.
    /// </summary>
    public const string OpenIdMetadata = "/.well-known/openid-configuration";

    /// <summary>Of the userinfo endpoint as an API; at the host's root (RFC 9728 §3.1).</summary>
    public const string ResourceMetadata = "/.well-known/oauth-protected-resource";

    public const string Keys = "/.well-known/jwks.json";

    /// <summary>Every page for people but consent stands below it.</summary>
    public const string Account = "/account";

    public const string SignIn = Account + "/sign-in";
    public const string SecondStep = SignIn + "/factor";
    public const string Factors = Account + "/factors";
    public const string FactorApp = Factors + "/app";
    public const string RemoveFactorApp = FactorApp + "/remove";
    public const string RecoveryCodes = Factors + "/recovery-codes";
    public const string Passkeys = Account + "/passkeys";
    public const string RemovePasskey = Passkeys + "/remove";
    public const string SignInByPasskey = Passkeys + "/sign-in";
    public const string External = Account + "/external";
    public const string SignInExternally = External + "/sign-in";
    public const string Logins = Account + "/logins";
    public const string AddLogin = Logins + "/add";
    public const string RemoveLogin = Logins + "/remove";
    public const string PasskeyScript = Account + "/passkeys.js";
    public const string ForgetBrowsers = Factors + "/forget-browsers";
    public const string SignOut = Account + "/sign-out";
    public const string Connections = Account + "/connections";
    public const string Withdraw = Connections + "/withdraw";
    public const string Sessions = Account + "/sessions";
    public const string EndSession = Sessions + "/end";
    public const string EndOtherSessions = Sessions + "/end-others";
    public const string EndAllAccess = Sessions + "/end-all-access";
    public const string Profile = Account + "/profile";
    public const string Password = Account + "/password";
    public const string RemovePassword = Password + "/remove";
    public const string Forgot = Account + "/forgot";
    public const string Reset = Account + "/reset";
    public const string Register = Account + "/register";
    public const string Confirm = Account + "/confirm";
    public const string Email = Account + "/email";
    public const string SendConfirmation = Email + "/send";
    public const string ConfirmEmail = Email + "/confirm";
    public const string Delete = Account + "/delete";
    public const string Data = Account + "/data";

    /// <summary>In Development alone.</summary>
    public const string Mails = Account + "/mails";

    public const string StyleSheet = Account + "/site.css";
    public const string PageScript = Account + "/page.js";
    public const string BrandStyleSheet = Account + "/brand.css";
    public const string Logo = Account + "/logo";
    public const string AppLogo = Account + "/app-logo";
    public const string FormPostScript = Account + "/form-post.js";

    /// <summary>At the host's root, where password managers look for it (W3C change-password-url).</summary>
    public const string ChangePassword = "/.well-known/change-password";

    /// <summary>At the host's root, for probes from inside.</summary>
    public const string LiveProbe = "/health/live";

    public const string DocumentsProbe = "/health/documents";
    public const string ReadyProbe = "/health/ready";

    /// <summary>All of them; they are answered over plain http too, and under any host.</summary>
    public static IReadOnlyList<string> Probes { get; } = [LiveProbe, DocumentsProbe, ReadyProbe];

    /// <summary>Whether a path leads to a probe, as routes compare it.</summary>
    public static bool IsProbe(string? path) =>
        path is not null && Probes.Contains(path.TrimEnd('/'), StringComparer.OrdinalIgnoreCase);
}
