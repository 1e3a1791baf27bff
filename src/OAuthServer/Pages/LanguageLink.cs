using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>
/// Keeps the language that an app asked for in the addresses of pages, so that it lasts through sign-in, its second
/// step and every form between. An authorization request has its own and stays as it came.
/// </summary>
internal static class LanguageLink
{
    /// <param name="url">Any address.</param>
    /// <param name="asked">The name of a language that there is; null when none was asked for.</param>
    public static string Of(string url, string? asked)
    {
        if (asked is null || !IsPage(url) || url.Contains(UiLocalesProvider.Parameter, StringComparison.Ordinal))
            return url;
        return $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{UiLocalesProvider.Parameter}={asked}";
    }

    private static bool IsPage(string url)
    {
        if (!url.StartsWith('/')) return false;
        var end = url.IndexOf('?', StringComparison.Ordinal);
        var path = end < 0 ? url : url[..end];
        return !path.EndsWith(Routes.Authorize, StringComparison.Ordinal)
            && !path.EndsWith(Routes.CancelAuthorize, StringComparison.Ordinal);
    }
}
