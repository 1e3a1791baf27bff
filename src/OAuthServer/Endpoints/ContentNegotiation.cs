using Microsoft.Net.Http.Headers;

namespace OAuthServer.Endpoints;

/// <summary>
/// Whether a sender would rather have a page or JSON (RFC 9110 §12.5.1). Without a preference neither is true.
/// </summary>
internal static class ContentNegotiation
{
    /// <summary>A signed answer of the introspection endpoint (RFC 9701 §5).</summary>
    public const string IntrospectionJwt = "application/token-introspection+jwt";

    // The parser takes the square of the length in time; no browser sends as much.
    private const int LongestAccept = 1024;

    private const string Html = "text/html";
    private const string Json = "application/json";

    public static bool PrefersHtml(this HttpRequest request) => Prefers(request, Html, Json);

    /// <summary>RFC 9701 §4.</summary>
    public static bool PrefersIntrospectionJwt(this HttpRequest request) => Prefers(request, IntrospectionJwt, Json);

    public static bool PrefersJson(this HttpRequest request) => Prefers(request, Json, Html);

    private static bool Prefers(HttpRequest request, string type, string other)
    {
        var length = 0;
        foreach (var line in request.Headers.Accept) length += line?.Length ?? 0;
        if (length > LongestAccept) return false;
        return MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
            && QualityOf(type, accepted) > QualityOf(other, accepted);
    }

    // Of the ranges that a type is in, the narrowest counts.
    private static double QualityOf(string type, IList<MediaTypeHeaderValue> accepted)
    {
        var narrowest = accepted.Where(range => range.MatchesMediaType(type)).MinBy(WidthOf);
        return narrowest is null ? 0 : narrowest.Quality ?? 1;
    }

    private static int WidthOf(MediaTypeHeaderValue range)
    {
        if (range.MatchesAllTypes) return 2;
        return range.MatchesAllSubTypes ? 1 : 0;
    }
}
