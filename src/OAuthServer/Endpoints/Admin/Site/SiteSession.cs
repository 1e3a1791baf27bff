using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Admin.Site;

/// <summary>An operator who is signed in to the site: an access token that no page ever sees.</summary>
/// <param name="Id">Ties forms to it.</param>
internal sealed record SiteSession(Guid Id, string Token, DateTimeOffset EndsAt)
{
    /// <summary>Holds a token.</summary>
    public override string ToString() => Id.ToString();
}

/// <summary>A sign-in that is under way at the authorization endpoint.</summary>
/// <param name="ReturnTo">The page that was asked for.</param>
internal sealed record SiteVisit(
    string State, string Verifier, string RedirectUri, string ReturnTo, DateTimeOffset EndsAt)
{
    /// <summary>Holds a verifier.</summary>
    public override string ToString() => ReturnTo;
}

/// <summary>
/// What a browser keeps for the site, sealed in cookies of the management port. They go over https alone where the port
/// is asked over https; over http there is nobody but this machine.
/// </summary>
internal sealed class SiteCookies(
    IDataProtectionProvider protection, IOptions<ManagementOptions> options, TimeProvider clock)
{
    private const string Session = "oauthserver-operator";
    private const string Visit = "oauthserver-operator-visit";
    private const string Field = "antiforgery";

    private static readonly TimeSpan LongestVisit = TimeSpan.FromMinutes(30);

    private readonly SealedJson<SiteSession> _sessions = new(protection, "OAuthServer.Site.Session.v1");
    private readonly SealedJson<SiteVisit> _visits = new(protection, "OAuthServer.Site.Visit.v1");
    private readonly SealedJson<SiteForm> _forms = new(protection, "OAuthServer.Site.Form.v1");

    /// <summary>Who is signed in here; null for nobody.</summary>
    public SiteSession? Read(HttpContext http) =>
        Cookie(http, Session) is { } sealedText && _sessions.Open(sealedText) is { } session
            && session.EndsAt > clock.GetUtcNow()
                ? session
                : null;

    /// <summary>Signs somebody in, by the token that they got.</summary>
    public void Begin(HttpContext http, string token)
    {
        var session = new SiteSession(Handle.NewId(), token, clock.GetUtcNow() + options.Value.LongestSignIn);
        Write(http, Session, _sessions.Seal(session));
    }

    public static void End(HttpContext http) => Write(http, Session, null);

    /// <summary>Begins a sign-in, which ends at one address of this port.</summary>
    public SiteVisit Leave(HttpContext http, string redirectUri, string returnTo)
    {
        var visit = new SiteVisit(Handle.New(), Handle.New(), redirectUri, returnTo, clock.GetUtcNow() + LongestVisit);
        Write(http, Visit, _visits.Seal(visit));
        return visit;
    }

    /// <summary>The sign-in that this browser began, which is over now; null when there is none.</summary>
    public SiteVisit? Return(HttpContext http)
    {
        if (Cookie(http, Visit) is not { } sealedText) return null;
        Write(http, Visit, null);
        return _visits.Open(sealedText) is { } visit && visit.EndsAt > clock.GetUtcNow() ? visit : null;
    }

    /// <summary>The hidden field of a form.</summary>
    public Pages.Views.FormToken TokenOf(SiteSession session) => new(Field, _forms.Seal(new SiteForm(session.Id)));

    /// <summary>Whether a form is one that this sign-in was given.</summary>
    public bool IsOf(SiteSession session, string token) => _forms.Open(token)?.Session == session.Id;

    private static string? Cookie(HttpContext http, string name) => http.Request.Cookies[Name(http, name)];

    // __Host- says to the browser what Secure and Path say here (RFC 6265bis §4.1.3.2).
    private static string Name(HttpContext http, string name) => http.Request.IsHttps ? "__Host-" + name : name;

    private static void Write(HttpContext http, string name, string? value)
    {
        var cookie = new CookieOptions
        {
            HttpOnly = true,
            Secure = http.Request.IsHttps,
            // The way back from the sign-in begins at another site.
            SameSite = SameSiteMode.Lax,
            Path = "/",
            IsEssential = true,
        };
        if (value is null) http.Response.Cookies.Delete(Name(http, name), cookie);
        else http.Response.Cookies.Append(Name(http, name), value, cookie);
    }

    private sealed record SiteForm(Guid Session);
}
