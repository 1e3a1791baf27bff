using Microsoft.AspNetCore.Authentication.Cookies;

namespace OAuthServer.Accounts;

/// <summary>
/// Keeps the session cookie to the pages for people: on every other route it is neither read nor renewed nor deleted,
/// whatever middleware asks. A token request that happens to carry it costs no look-up and gets no Set-Cookie.
/// </summary>
internal sealed class PageCookieManager(AccountLinks links) : ICookieManager
{
    private readonly ChunkingCookieManager _inner = new();

    public string? GetRequestCookie(HttpContext context, string key) =>
        IsPage(context.Request) ? _inner.GetRequestCookie(context, key) : null;

    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options)
    {
        if (IsPage(context.Request)) _inner.AppendResponseCookie(context, key, value, options);
    }

    public void DeleteCookie(HttpContext context, string key, CookieOptions options)
    {
        if (IsPage(context.Request)) _inner.DeleteCookie(context, key, options);
    }

    private bool IsPage(HttpRequest request)
    {
        // The path base holds the issuer's path when the host strips it, and is empty when the host does not.
        var path = request.PathBase.Add(request.Path);
        return path.StartsWithSegments(links.Root, StringComparison.OrdinalIgnoreCase, out var local)
            && (local.StartsWithSegments("/account", StringComparison.OrdinalIgnoreCase)
                || local.StartsWithSegments("/oauth/authorize", StringComparison.OrdinalIgnoreCase));
    }
}
