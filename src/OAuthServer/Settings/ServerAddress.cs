using Microsoft.Extensions.Options;

namespace OAuthServer.Settings;

/// <summary>
/// Every address that this server prints or serves, made from the issuer alone; no request header takes part.
/// </summary>
internal sealed class ServerAddress
{
    private readonly string? _errorDocumentation;

    public ServerAddress(IOptions<OAuthOptions> options)
    {
        var settings = options.Value;
        Issuer = settings.Issuer;
        var uri = new Uri(Issuer);
        Path = uri.AbsolutePath.TrimEnd('/');
        Host = uri.Host;
        IsHttps = uri.Scheme == Uri.UriSchemeHttps;
        OwnsItsHost = IsHttps && uri.IsDefaultPort && !uri.IsLoopback;
        _errorDocumentation = string.IsNullOrEmpty(settings.ErrorDocumentation) ? null : settings.ErrorDocumentation;
    }

    /// <summary>The issuer identifier, byte for byte (RFC 8414 §2, RFC 9207 §2).</summary>
    public string Issuer { get; }

    /// <summary>The issuer's host, without its port.</summary>
    public string Host { get; }

    /// <summary>The issuer's path without a slash at its end; empty when the issuer is a bare origin.</summary>
    public string Path { get; }

    /// <summary>
    /// True when cookies can be Secure and carry the <c>__Host-</c> prefix. False only for a loopback issuer in
    /// Development.
    /// </summary>
    public bool IsHttps { get; }

    /// <summary>
    /// True at https and its default port, where no other server of this host can be. What a browser is told of a host
    /// holds for all of its ports (RFC 6797 §8.3), and at another port the host's own http server may well be another.
    /// </summary>
    public bool OwnsItsHost { get; }

    /// <summary>The absolute URL of a route.</summary>
    public string Url(string route) => Issuer + route;

    /// <summary>
    /// The absolute URL at the host's root, with the issuer's path between the two (RFC 8414 §3.1, RFC 9728 §3.1).
    /// </summary>
    public string AtRoot(string wellKnown, string route) => Issuer[..^Path.Length] + wellKnown + Path + route;

    /// <summary>The path of a route, for links and redirects within the server.</summary>
    public string Local(string route) => Path + route;

    /// <summary>
    /// Where a public error is explained (RFC 6749 §5.2), or null. By the public error alone: causes that must look
    /// alike have one address.
    /// </summary>
    public string? ErrorUri(string error) => _errorDocumentation is null ? null : $"{_errorDocumentation}#{error}";
}
