using OAuthServer.Settings;

namespace OAuthServer.Accounts;

/// <summary>
/// The language that a person chose, kept in a cookie of this browser. It is the profile's from each sign-in on, so
/// that a new browser speaks it too.
/// </summary>
internal sealed class LanguageCookie(ServerAddress address)
{
    private const int LongestTag = 35;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(400);

    private readonly CookieBuilder _cookie = PageCookies.Language(address);

    /// <summary>A language tag, or whatever somebody put there; null for none.</summary>
    public string? Read(HttpContext http) => http.Request.Cookies[_cookie.Name!];

    public void Keep(HttpContext http, string tag)
    {
        if (tag.Length > LongestTag) return;
        var options = _cookie.Build(http);
        options.MaxAge = Lifetime;
        http.Response.Cookies.Append(_cookie.Name!, tag, options);
    }

    public void Forget(HttpContext http) => http.Response.Cookies.Delete(_cookie.Name!, _cookie.Build(http));
}
