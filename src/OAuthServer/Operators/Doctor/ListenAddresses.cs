using System.Net;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// Where the server will listen, by the same settings and in the same order as Kestrel: its endpoints, the URLs, the
/// ports.
/// </summary>
internal sealed class ListenAddresses(IConfiguration configuration)
{
    private const string Default = "http://localhost:5000";
    private const StringSplitOptions Tidy = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
    private static readonly char[] Separators = [';', ',', ' '];

    /// <summary>As they are configured, for instance <c>http://*:8080</c>.</summary>
    public IReadOnlyList<string> All { get; } = Read(configuration);

    /// <summary>Whether Kestrel ends TLS by itself somewhere.</summary>
    public bool HasHttps => All.Any(address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether other machines reach every or some address.</summary>
    public bool AreExposed => All.Any(address => !IsLoopback(address));

    private static List<string> Read(IConfiguration configuration)
    {
        var sections = configuration.GetSection("Kestrel:Endpoints").GetChildren();
        var endpoints = sections.Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        if (endpoints.Count > 0) return endpoints;
        if (Split(configuration["urls"]) is { Count: > 0 } urls) return urls;
        List<string> ports =
        [
            .. Split(configuration["http_ports"]).Select(port => $"http://*:{port}"),
            .. Split(configuration["https_ports"]).Select(port => $"https://*:{port}"),
        ];
        return ports.Count > 0 ? ports : [Default];
    }

    private static List<string> Split(string? text) => [.. (text ?? "").Split(Separators, Tidy)];

    // "http://*:8080" and "http://+" are every address; what cannot be read is taken for one that is reachable.
    private static bool IsLoopback(string address)
    {
        if (address.StartsWith("http://unix:", StringComparison.OrdinalIgnoreCase)) return true;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)) return false;
        if (uri.Host == "localhost") return true;
        return IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip);
    }
}
