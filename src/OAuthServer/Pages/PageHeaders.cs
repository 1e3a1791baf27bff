using Microsoft.Net.Http.Headers;

namespace OAuthServer.Pages;

/// <summary>
/// The headers of every page: not framed, cached, sniffed or leaking a referrer, without any script
/// but one file of ours (RFC 6749 §10.13, RFC 9700 §4.16). Call <see cref="Apply"/> last, since antiforgery
/// writes some of them too.
/// </summary>
internal static class PageHeaders
{
    private const string Https = "https:";

    /// <param name="headers">The headers of the answer.</param>
    /// <param name="formActionSource">
    /// The schemes of the client and of other providers: browsers hold the redirects after a form to <c>form-action</c>
    /// as well, also those that the client adds, so <c>https:</c> is always there. A value that could end the directive
    /// is left out.
    /// </param>
    /// <param name="hasScript">True for the page with the one script file.</param>
    public static void Apply(IHeaderDictionary headers, string? formActionSource = null, bool hasScript = false)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; img-src 'self' data:; "
            + (hasScript ? "script-src 'self'; " : "")
            + $"form-action 'self'{Source(formActionSource)}; "
            + "base-uri 'none'; frame-ancestors 'none'; object-src 'none'";
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        headers.Pragma = "no-cache";
    }

    /// <summary>The language of the page, and that a browser's own took part in it (RFC 9110 §8.5, §12.5.5).</summary>
    public static void SpeakTo(IHeaderDictionary headers, string language)
    {
        headers.ContentLanguage = language;
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptLanguage);
    }

    /// <summary>A picture whose content is in its address: kept for a year, and nothing in it can run.</summary>
    public static void ApplyToPicture(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "public, max-age=31536000, immutable";
    }

    private static string Source(string? source) =>
        !string.IsNullOrEmpty(source) && source.All(c => char.IsAsciiLetterOrDigit(c) || ":/.-+[]_ ".Contains(c))
            ? source == Https ? " " + Https : $" {Https} {source}"
            : "";
}
