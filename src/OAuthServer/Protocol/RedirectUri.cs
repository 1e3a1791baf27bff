using System.Globalization;
using System.Text;

namespace OAuthServer.Protocol;

/// <summary>Comparison and use of redirect URIs (RFC 6749 §3.1.2, RFC 8252 §7.3, RFC 9700 §2.1).</summary>
internal static class RedirectUri
{
    private static readonly string[] Loopbacks = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

    /// <summary>
    /// Character by character (RFC 9700 §4.1.3). A native client may use any port on the loopback host that it
    /// registered, since it cannot know the port beforehand (RFC 8252 §7.3); nothing else is lenient.
    /// </summary>
    public static bool Matches(string registered, string requested, bool native) =>
        string.Equals(registered, requested, StringComparison.Ordinal)
        || (native && MatchesButForPort(registered, requested));

    /// <summary>
    /// True for <c>http</c> on a loopback host and for private-use schemes: any program on the device can receive
    /// these (RFC 8252 §8.6).
    /// </summary>
    public static bool IsInterceptable(string uri) => !uri.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>True for what a browser can post a form to.</summary>
    public static bool IsWeb(string uri) =>
        uri.StartsWith("https://", StringComparison.Ordinal) || uri.StartsWith("http://", StringComparison.Ordinal);

    /// <summary>
    /// The URI with parameters added to its query; what was registered stays as it is (RFC 6749 §3.1.2).
    /// </summary>
    public static string WithQuery(string uri, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var separator = uri.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var builder = new StringBuilder(uri, uri.Length + 256);
        foreach (var (name, value) in parameters)
        {
            if (value is null) continue;
            builder.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return builder.ToString();
    }

    /// <summary>
    /// Scheme, host and port of an http(s) redirect URI as a browser writes it in <c>Origin</c>; null for private-use
    /// schemes.
    /// </summary>
    public static string? Origin(string uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"
            ? parsed.GetLeftPart(UriPartial.Authority)
            : null;

    /// <summary>
    /// What a person should see of the target: the host, or the scheme of a private-use URI (RFC 8252 §8.6).
    /// </summary>
    public static string Display(string uri)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed)) return string.Empty;
        return parsed.Scheme is "http" or "https" ? parsed.Authority : parsed.Scheme + ":";
    }

    /// <summary>The start page of the site that this URI names; null for an app on the person's device.</summary>
    public static string? Site(string uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Scheme == Uri.UriSchemeHttps
            ? parsed.GetLeftPart(UriPartial.Authority) + "/"
            : null;

    /// <summary>
    /// The CSP source of what a form's answer may lead to: the scheme of this URI. Browsers hold the whole chain of
    /// redirects to <c>form-action</c>, and an app's callback may go on to another origin of its own.
    /// </summary>
    public static string ContentSecurityPolicySource(string uri) =>
        uri[..(uri.IndexOf(':', StringComparison.Ordinal) + 1)];

    /// <summary>
    /// What a native client that registered this loopback URI may ask for with the port of a request (RFC 8252 §7.3);
    /// any other URI as it is.
    /// </summary>
    public static string WithPortOf(string registered, string requested)
    {
        foreach (var loopback in Loopbacks)
        {
            if (SplitPort(registered, loopback) is not { } path) continue;
            if (SplitPort(requested, loopback) is not { } asked) continue;
            return string.Concat(requested.AsSpan(0, requested.Length - asked.Length), path);
        }

        return registered;
    }

    private static bool MatchesButForPort(string registered, string requested)
    {
        foreach (var loopback in Loopbacks)
        {
            if (SplitPort(registered, loopback) is not { } ours) continue;
            if (SplitPort(requested, loopback) is not { } theirs) continue;
            return string.Equals(ours, theirs, StringComparison.Ordinal);
        }

        return false;
    }

    private static bool IsPort(ReadOnlySpan<char> digits) =>
        ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;

    // What follows "http://host" and an optional valid port; null when the URI is not on this host.
    private static string? SplitPort(string uri, string loopback)
    {
        if (!uri.StartsWith(loopback, StringComparison.Ordinal)) return null;
        var rest = uri.AsSpan(loopback.Length);
        if (rest.StartsWith(':'))
        {
            var digits = rest[1..];
            var end = digits.IndexOfAnyExceptInRange('0', '9');
            if (end < 0) end = digits.Length;
            if (!IsPort(digits[..end])) return null;
            rest = digits[end..];
        }

        return rest.IsEmpty || rest[0] is '/' or '?' ? rest.ToString() : null;
    }
}
