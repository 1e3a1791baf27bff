using System.Net;
using OAuthServer.Hosting.Management;

namespace OAuthServer.Hosting;

/// <summary>
/// Where the server will listen, by the same settings and in the same order as Kestrel: its endpoints, the URLs, the
/// ports. Where nothing says so, a Development server listens at its issuer, if that is this machine.
/// </summary>
internal sealed class ListenAddresses
{
    private const string Urls = "urls";
    private const string Default = "http://localhost:5000";
    private const StringSplitOptions Tidy = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
    private static readonly char[] Separators = [';', ',', ' '];

    private readonly bool _areConfigured;

    public ListenAddresses(IConfiguration configuration, IHostEnvironment environment)
    {
        Management = configuration[ManagementPort.Setting] is { Length: > 0 } url ? url : null;
        var configured = Read(configuration);
        _areConfigured = configured.Count > 0;
        if (_areConfigured) All = configured;
        else All = [(environment.IsDevelopment() ? LocalIssuer(configuration) : null) ?? Default];
    }

    /// <summary>As they are configured, for instance <c>http://*:8080</c>.</summary>
    public IReadOnlyList<string> All { get; }

    /// <summary>Where operators are answered; null for nowhere.</summary>
    public string? Management { get; }

    /// <summary>Whether Kestrel ends TLS by itself somewhere.</summary>
    public bool HasHttps => All.Any(address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether other machines reach every or some address.</summary>
    public bool AreExposed => All.Any(address => !IsLoopback(address));

    /// <summary>Tells Kestrel, where nothing is configured.</summary>
    public static void Settle(IConfiguration configuration, IHostEnvironment environment)
    {
        var listen = new ListenAddresses(configuration, environment);
        if (environment.IsDevelopment() && !listen._areConfigured) configuration[Urls] = listen.All[0];
    }

    private static string? LocalIssuer(IConfiguration configuration) =>
        Uri.TryCreate(configuration["OAuth:Issuer"], UriKind.Absolute, out var issuer)
        && issuer is { IsLoopback: true, Scheme: "http" }
            ? issuer.GetLeftPart(UriPartial.Authority)
            : null;

    private static List<string> Read(IConfiguration configuration)
    {
        var sections = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Where(endpoint => endpoint.Key != ManagementPort.Endpoint);
        var endpoints = sections.Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        if (endpoints.Count > 0) return endpoints;
        if (Split(configuration[Urls]) is { Count: > 0 } urls) return urls;
        return
        [
            .. Split(configuration["http_ports"]).Select(port => $"http://*:{port}"),
            .. Split(configuration["https_ports"]).Select(port => $"https://*:{port}"),
        ];
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
