using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Endpoints.Token;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Admin.Site;

/// <summary>
/// Signs operators in to their site by the server's own authorization code flow (RFC 6749 §4.1, RFC 7636). The code is
/// redeemed here and not over the network, by the service that the token endpoint asks.
/// </summary>
internal sealed class SiteSignIn(
    SiteClient client, TokenService tokens, AdminAccess access, SiteCookies cookies, OperatorPages pages,
    TimeProvider clock)
{
    private static readonly OAuthError NotBegun =
        OAuthError.InvalidRequest("No sign-in began in this browser.", Reasons.SiteSignInUnknown);

    private static readonly OAuthError NotSetUp = OAuthError.TemporarilyUnavailable(Reasons.SiteClientMissing);

    /// <summary>Sends the browser to the authorization endpoint.</summary>
    public async Task<IResult> StartAsync(HttpContext http, CancellationToken ct)
    {
        if (await client.FindAsync(ct) is not { } known)
            return pages.Message("NotSetUp", "Again", Routes.Site, NotSetUp);
        var request = http.Request;
        var redirectUri = $"{request.Scheme}://{request.Host.Value}{Routes.SiteSignedIn}";
        var visit = cookies.Leave(http, redirectUri, Local(request.Query["return"]));
        return new SeeOther(client.AuthorizeUrl(known, visit));
    }

    /// <summary>Takes the answer of the authorization endpoint.</summary>
    public async Task<IResult> FinishAsync(HttpContext http, CancellationToken ct)
    {
        var query = http.Request.Query;
        if (cookies.Return(http) is not { } visit || !IsAnswerTo(visit, query))
            return pages.Message("NotBegun", "SignIn", Routes.SiteSignIn, NotBegun);
        if (query["code"] is not [{ Length: > 0 } code]) return Refused(query["error"]);
        var issued = await tokens.IssueAsync(RequestOf(http, visit, code), TokenRoute.Token, ct);
        if (issued.Failed(out var refusal, out var given)) return Refused(refusal.Code);
        if ((await access.JudgeAsync(given.AccessToken, ct)).Failed(out refusal, out var rights))
            return pages.Message("Refused", "SignIn", Routes.SiteSignIn, refusal);
        if (rights.Lacks is { } lacks) return Refused(lacks);
        cookies.Begin(http, given.AccessToken);
        return new SeeOther(visit.ReturnTo);
    }

    // A page of the site, and nothing that leads elsewhere.
    private static string Local(string? returnTo) =>
        returnTo is not null
            && (returnTo == Routes.Site || returnTo.StartsWith(Routes.Site + "/", StringComparison.Ordinal))
            && !returnTo.StartsWith(Routes.SiteSignIn, StringComparison.Ordinal)
            && !returnTo.Contains('\\', StringComparison.Ordinal) && !Parameters.HasControls(returnTo)
                ? returnTo
                : Routes.Site;

    // RFC 9207 §2.4: of this server, and of this browser.
    private bool IsAnswerTo(SiteVisit visit, IQueryCollection query) =>
        query["iss"] == client.Issuer && query["state"] is [{ } state]
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), Encoding.UTF8.GetBytes(visit.State));

    private IResult Refused(string? error)
    {
        var reason = error is "access_denied" or Reasons.NotAnOperator
            ? Reasons.NotAnOperator
            : Reasons.AdminScopeMissing;
        var refusal = new OAuthError("access_denied", "The sign-in gave no access.", reason, 403);
        return pages.Message("Refused", "SignIn", Routes.SiteSignIn, refusal);
    }

    private TokenRequest RequestOf(HttpContext http, SiteVisit visit, string code) => new()
    {
        GrantType = GrantTypes.AuthorizationCode,
        Credentials = new ClientCredentials(client.Id, null),
        Code = code,
        RedirectUri = visit.RedirectUri,
        CodeVerifier = visit.Verifier,
        Arrived = clock.GetTimestamp(),
        Device = DeviceTraits.Of(http.Request),
        Audit = http.Audit(),
    };
}

/// <summary>The client by which the site signs people in, and what it asks for.</summary>
internal sealed class SiteClient(ClientDirectory clients, ServerAddress address, IOptions<ManagementOptions> options)
{
    public string Id => options.Value.SiteClient ?? "";

    public string Issuer => address.Issuer;

    /// <summary>Null when there is none that may administer.</summary>
    public async Task<Client?> FindAsync(CancellationToken ct) =>
        await clients.FindAsync(Id, ct) is { Resources.Admin: not null } client ? client : null;

    /// <summary>Every scope that it has of the admin API.</summary>
    public string AuthorizeUrl(Client client, SiteVisit visit) => address.Url(Routes.Authorize) + QueryString.Create(
        new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = client.Id,
            ["redirect_uri"] = visit.RedirectUri,
            ["scope"] = Scope.Of(AdminScopes.All).Among(client.Scopes).ToString(),
            ["resource"] = address.Url(Routes.AdminApi),
            ["state"] = visit.State,
            ["code_challenge"] = Pkce.Challenge(visit.Verifier),
            ["code_challenge_method"] = Pkce.Method,
        }).Value;
}
