using Microsoft.AspNetCore.Localization;
using OAuthServer.Accounts;

namespace OAuthServer.Pages;

/// <summary>The language that a person chose, by the cookie of this browser.</summary>
internal sealed class LanguageChoice(LanguageCookie cookie, Languages languages) : RequestCultureProvider
{
    public override Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
    {
        var chosen = cookie.Read(httpContext) is { } name ? languages.Choose(name) : null;
        return chosen is null ? NullProviderCultureResult : Task.FromResult<ProviderCultureResult?>(new(chosen.Name));
    }

    /// <summary>Keeps it, or forgets it when there are no pages in it.</summary>
    public void Keep(HttpContext http, string tag)
    {
        if (languages.Choose(tag) is { } chosen) cookie.Keep(http, chosen.Name);
        else cookie.Forget(http);
    }
}
