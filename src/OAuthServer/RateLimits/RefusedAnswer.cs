namespace OAuthServer.RateLimits;

/// <summary>
/// Marks an answer that refuses although its status does not say so: a redirect that tells an app of an error
/// (RFC 6749 §4.1.2.1). Budgets that count refusals alone count it.
/// </summary>
internal sealed class RefusedAnswer
{
    private static readonly RefusedAnswer Mark = new();

    private RefusedAnswer()
    {
    }

    /// <summary>Marks the answer of a request.</summary>
    public static void Set(HttpContext http) => http.Features.Set(Mark);

    /// <summary>Whether the answer refuses, by its status or by its mark.</summary>
    public static bool Is(HttpContext http) =>
        http.Response.StatusCode is >= 400 and < 500 and not StatusCodes.Status429TooManyRequests
        || http.Features.Get<RefusedAnswer>() is not null;
}
