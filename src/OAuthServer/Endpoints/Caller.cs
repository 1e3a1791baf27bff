using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints;

/// <summary>What the calling software says of itself, for installations that bind refresh tokens to a device.</summary>
internal readonly record struct DeviceTraits(StringValues UserAgent, StringValues Languages, StringValues Platform)
{
    /// <summary>One hash over all of them.</summary>
    public byte[] Fingerprint() => SHA256.HashData(Encoding.UTF8.GetBytes($"{UserAgent}\n{Languages}\n{Platform}"));
}

/// <summary>What is known of a request's sender beside its parameters.</summary>
internal static class Caller
{
    private const int LongestAccept = 1024;

    /// <summary>Address and correlation id for the audit log.</summary>
    public static AuditContext Audit(this HttpContext http) =>
        new(Unmapped(http.Connection.RemoteIpAddress)?.ToString(), http.TraceIdentifier);

    /// <summary>Traits of the calling software that stay the same from request to request.</summary>
    public static DeviceTraits Device(this HttpRequest request) =>
        new(request.Headers.UserAgent, request.Headers.AcceptLanguage, request.Headers["Sec-CH-UA-Platform"]);

    /// <summary>
    /// What the sender accepts (RFC 9110 §12.5.1); empty when it does not say so or cannot be understood. A header that is longer than any
    /// browser's is not read: the parser takes the square of the length in time.
    /// </summary>
    public static IList<MediaTypeHeaderValue> Accepted(this HttpRequest request)
    {
        var length = 0;
        foreach (var line in request.Headers.Accept) length += line?.Length ?? 0;
        return length <= LongestAccept && MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted) ? accepted : [];
    }

    /// <summary>True when the sender names HTML, as every browser does that opens a page.</summary>
    public static bool AsksForHtml(this HttpRequest request) =>
        request.Accepted().Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    /// <summary>True when the sender would rather have JSON than a page; <c>*/*</c> and silence mean a page.</summary>
    public static bool PrefersJson(this HttpRequest request)
    {
        var (json, html) = (0.0, 0.0);
        foreach (var type in request.Accepted())
        {
            var quality = type.Quality ?? 1.0;
            if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)) json = Math.Max(json, quality);
            if (type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) || type.MatchesAllTypes) html = Math.Max(html, quality);
        }

        return json > html;
    }

    // The same IPv4 peer must not stand in the log under two names.
    private static IPAddress? Unmapped(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
