using System.Net;

namespace OAuthServer.ResourceApi;

/// <summary>
/// The rules for the URLs of issuers and resources: https (http only on a loopback host), no query, fragment or user
/// info (RFC 8414 §2, RFC 9728 §1.2), and well-known URLs by path insertion (RFC 8414 §3.1, RFC 9728 §3.1).
/// </summary>
internal static class ServerUri
{
    /// <summary>Says what is wrong with an issuer or resource identifier; null when nothing is.</summary>
    public static string? Fault(string? value)
    {
        if (string.IsNullOrEmpty(value)) return "is missing.";
        if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
            return "is not an absolute https URL.";
        if (!IsSecure(uri)) return "must be https; http is allowed on a loopback host only.";
        if (value.AsSpan().ContainsAny("?#\"\\ ") || uri.UserInfo.Length > 0)
            return "must have no query, fragment, user info, blank or quotation mark.";
        // A URL that changes when it is parsed (dot segments, other case, default port) cannot be compared exactly.
        var plain = uri.AbsoluteUri.TrimEnd('/');
        return value == uri.AbsoluteUri || value == plain ? null : $"is not in its plain form; write '{plain}'.";
    }

    /// <summary>True for https, and for http on a host that is certainly this machine.</summary>
    public static bool IsSecure(Uri uri) =>
        uri.Scheme == Uri.UriSchemeHttps
        || (uri.Scheme == Uri.UriSchemeHttp
            && (uri.Host == "localhost" || IsLoopback(uri.Host.Trim('[', ']'))));

    private static bool IsLoopback(string host) =>
        IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address);

    /// <summary>Inserts a well-known path between host and path.</summary>
    /// <param name="identifier">An issuer or resource identifier that passed <see cref="Fault"/>.</param>
    /// <param name="suffix">The registered suffix, for example <c>oauth-authorization-server</c>.</param>
    public static Uri WellKnown(string identifier, string suffix)
    {
        var uri = new Uri(identifier);
        return new Uri($"{uri.GetLeftPart(UriPartial.Authority)}/.well-known/{suffix}{uri.AbsolutePath.TrimEnd('/')}");
    }
}
