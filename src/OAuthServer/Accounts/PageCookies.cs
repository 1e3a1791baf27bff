using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace OAuthServer.Accounts;

/// <summary>
/// How our three cookies look: HttpOnly, SameSite=Lax, Path=/, no Domain; with an https issuer also Secure and named with
/// the <c>__Host-</c> prefix (RFC 6265bis §4.1.3.2). Only the issuer decides, so a proxy that ends TLS changes nothing.
/// </summary>
internal static class PageCookies
{
    public static void Session(CookieAuthenticationOptions options, AccountLinks links)
    {
        options.Cookie = new PageCookie("oauthserver-session", links.IsHttps);
        options.EventsType = typeof(SessionEvents);
        options.ExpireTimeSpan = AccountSession.KeptLifetime;
        options.SlidingExpiration = true;
    }

    public static void Antiforgery(AntiforgeryOptions options, AccountLinks links)
    {
        options.Cookie = new PageCookie("oauthserver-antiforgery", links.IsHttps);
        options.FormFieldName = "antiforgery";
        options.HeaderName = null;
        // PageHeaders sets DENY on every page.
        options.SuppressXFrameOptionsHeader = true;
    }

    public static CookieBuilder Device(AccountLinks links) => new PageCookie("oauthserver-device", links.IsHttps);

    // CookieSecurePolicy.Always would make antiforgery throw when TLS ends at a proxy; so Secure is set by hand.
    private sealed class PageCookie : CookieBuilder
    {
        private readonly bool _secure;

        public PageCookie(string name, bool secure)
        {
            _secure = secure;
            Name = secure ? "__Host-" + name : name;
            HttpOnly = true;
            SameSite = SameSiteMode.Lax;
            SecurePolicy = CookieSecurePolicy.None;
            Path = "/";
            IsEssential = true;
        }

        public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
        {
            var options = base.Build(context, expiresFrom);
            options.Secure = _secure;
            return options;
        }
    }
}
