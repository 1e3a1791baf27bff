using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using OAuthServer.Settings;

namespace OAuthServer.Accounts;

/// <summary>
/// How our cookies look: HttpOnly, SameSite=Lax, Path=/, no Domain; with an https issuer also Secure and named
/// with the <c>__Host-</c> prefix (RFC 6265bis §4.1.3.2). The issuer alone decides, not the request.
/// </summary>
internal static class PageCookies
{
    public static void Session(CookieAuthenticationOptions options, ServerAddress address)
    {
        options.Cookie = new PageCookie("oauthserver-session", address.IsHttps);
        options.EventsType = typeof(SessionEvents);
        options.ExpireTimeSpan = AccountSession.KeptLifetime;
        options.SlidingExpiration = true;
    }

    public static void Antiforgery(AntiforgeryOptions options, ServerAddress address)
    {
        options.Cookie = new PageCookie("oauthserver-antiforgery", address.IsHttps);
        options.FormFieldName = "antiforgery";
        options.HeaderName = null;
        // PageHeaders sets DENY on every page.
        options.SuppressXFrameOptionsHeader = true;
    }

    public static CookieBuilder Device(ServerAddress address) => new PageCookie("oauthserver-device", address.IsHttps);

    /// <summary>The first step of signing in, while the second is to come.</summary>
    public static CookieBuilder Pending(ServerAddress address) =>
        new PageCookie("oauthserver-second-step", address.IsHttps);

    /// <summary>Where the second factor is not asked for.</summary>
    public static CookieBuilder Remembered(ServerAddress address) =>
        new PageCookie("oauthserver-remembered", address.IsHttps);

    public static CookieBuilder Language(ServerAddress address) =>
        new PageCookie("oauthserver-language", address.IsHttps);

    /// <summary>What a sign-in at another provider leaves here, one for each that is under way.</summary>
    /// <param name="address">The server's.</param>
    /// <param name="part">Which part of it; a name is appended.</param>
    /// <param name="life">How long it is worth anything.</param>
    public static CookieBuilder External(ServerAddress address, string part, TimeSpan life) =>
        new PageCookie($"oauthserver-external-{part}-", address.IsHttps) { MaxAge = life };

    /// <summary>Ties passkey challenges to this browser.</summary>
    public static CookieBuilder Passkey(ServerAddress address) =>
        new PageCookie("oauthserver-passkey", address.IsHttps);

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
