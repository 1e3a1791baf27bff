using Microsoft.AspNetCore.Localization;
using OAuthServer.Accounts;
using OAuthServer.Settings;

namespace OAuthServer.Pages;

/// <summary>The language that a person chose, kept in a cookie of this browser: the name of one that there is.</summary>
internal sealed class LanguageChoice(ServerAddress address, Languages languages) : RequestCultureProvider
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(400);

    private readonly CookieBuilder _cookie = PageCookies.Language(address);

    public override Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
    {
        var chosen = httpContext.Request.Cookies[_cookie.Name!] is { } name ? languages.Choose(name) : null;
        return chosen is null ? NullProviderCultureResult : Task.FromResult<ProviderCultureResult?>(new(chosen.Name));
    }

    /// <summary>Keeps it, or forgets it when there are no pages in it.</summary>
    public void Keep(HttpContext http, string tag)
    {
        var options = _cookie.Build(http);
        if (languages.Choose(tag) is not { } chosen)
        {
            http.Response.Cookies.Delete(_cookie.Name!, options);
            return;
        }

        options.MaxAge = Lifetime;
        http.Response.Cookies.Append(_cookie.Name!, chosen.Name, options);
    }
}
