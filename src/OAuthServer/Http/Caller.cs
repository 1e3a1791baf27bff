using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using OAuthServer.Storage;

namespace OAuthServer.Http;

/// <summary>What is known of a request's sender beside its parameters.</summary>
internal static class Caller
{
    /// <summary>Address and correlation id for the audit log.</summary>
    public static AuditContext Audit(this HttpContext http) =>
        new(http.Connection.RemoteIpAddress?.ToString(), http.CorrelationId());

    /// <summary>The id that the answer carries as <c>X-Correlation-Id</c>; never taken from the request.</summary>
    public static string CorrelationId(this HttpContext http) => http.TraceIdentifier;

    /// <summary>A hash over traits of the calling software that stay the same from request to request.</summary>
    public static byte[] DeviceFingerprint(this HttpRequest request) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Headers.UserAgent}\n{request.Headers.AcceptLanguage}\n{request.Headers["Sec-CH-UA-Platform"]}"));

    /// <summary>True when the sender would rather have JSON than a page; <c>*/*</c> and silence mean a page.</summary>
    public static bool PrefersJson(this HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)) return false;
        var (json, html) = (0.0, 0.0);
        foreach (var type in accepted)
        {
            var quality = type.Quality ?? 1.0;
            if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)) json = Math.Max(json, quality);
            if (type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) || type.MatchesAllTypes) html = Math.Max(html, quality);
        }

        return json > html;
    }
}
