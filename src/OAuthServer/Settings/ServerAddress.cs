using Microsoft.Extensions.Options;

namespace OAuthServer.Settings;

/// <summary>Every URL and path that this server prints or serves, made from the issuer alone; no request header takes part.</summary>
internal sealed class ServerAddress
{
    private readonly string? _errorDocumentation;

    public ServerAddress(IOptions<OAuthOptions> options)
    {
        Issuer = options.Value.Issuer;
        Audience = string.IsNullOrEmpty(options.Value.Audience) ? Issuer : options.Value.Audience;
        var uri = new Uri(Issuer);
        Path = uri.AbsolutePath == "/" ? string.Empty : uri.AbsolutePath;
        IsHttps = uri.Scheme == Uri.UriSchemeHttps;
        _errorDocumentation = string.IsNullOrEmpty(options.Value.ErrorDocumentation) ? null : options.Value.ErrorDocumentation;
    }

    /// <summary>The issuer identifier, byte for byte (RFC 8414 §2, RFC 9207 §2).</summary>
    public string Issuer { get; }

    /// <summary>The default <c>aud</c> of access tokens (RFC 9068 §3).</summary>
    public string Audience { get; }

    /// <summary>The issuer's path without a slash at its end; all routes but the metadata's stand below it.</summary>
    public string Path { get; }

    /// <summary>False only for a loopback issuer in Development.</summary>
    public bool IsHttps { get; }

    /// <summary>The absolute URL of one of our paths.</summary>
    public string Url(string path) => Issuer + path;

    /// <summary>Where a public error is explained (RFC 6749 §5.2), or null. By the public error alone: causes that must look alike have one address.</summary>
    public string? ErrorUri(string error) => _errorDocumentation is null ? null : $"{_errorDocumentation}#{error}";

    /// <summary>The path of one of our pages, for links and redirects within the server.</summary>
    public string Local(string path) => Path + path;
}
