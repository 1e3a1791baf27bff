using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OAuthServer.Hosting;
using OAuthServer.Settings;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// Where the server listens, and from whom it takes address and scheme of a request (RFC 9700 §4.13).
/// </summary>
internal sealed class ProxyCheck(
    ServerAddress address, ListenAddresses listen, IOptions<TrustedProxyOptions> trusted, IHostEnvironment environment)
    : IDoctorCheck
{
    // Narrower than this a network is somebody's choice of machines; wider, nobody knows who is in it.
    private const int NarrowIPv4 = 16;
    private const int NarrowIPv6 = 48;

    private const string TrustIt =
        "List the proxy that ends TLS under ForwardedHeaders:KnownProxies or :KnownNetworks, and let it send "
        + "X-Forwarded-For and X-Forwarded-Proto.";

    /// <inheritdoc/>
    public string Name => "proxies";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Configuration;

    /// <inheritdoc/>
    public Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var options = trusted.Value;
        string[] all = [.. options.KnownProxies, .. options.KnownNetworks];
        var report = new CheckReport();
        report.Fact("listens on", string.Join(", ", listen.All));
        report.Fact("proxies trusted", all.Length == 0 ? "none" : string.Join(", ", all));
        if (environment.IsDevelopment() && listen.AreExposed)
        {
            report.Error(
                FindingIds.DevelopmentExposed,
                "The environment is Development, where demo people and clients with published secrets exist, and "
                + "other machines can reach the server.",
                "Set ASPNETCORE_ENVIRONMENT to Production, or listen on localhost only.");
        }

        if (all.Length == 0 && address.IsHttps) NoneTrusted(report);
        foreach (var network in options.KnownNetworks.Where(IsWide))
        {
            report.Warning(
                FindingIds.ProxyNetworkWide,
                $"{network} is trusted as a whole: every machine in it may say which address a request comes from, "
                + "and so escape its budget.",
                "List under ForwardedHeaders:KnownNetworks only the subnets that your proxies are in.");
        }

        return Task.FromResult(report.Result());
    }

    private void NoneTrusted(CheckReport report)
    {
        if (!listen.HasHttps)
        {
            report.Error(
                FindingIds.ProxyMissing,
                "The issuer is https, the server listens on plain http, and no proxy is trusted: every request but a "
                + "health probe is refused with 400.",
                TrustIt);
        }
        else if (listen.AreExposed)
        {
            report.Warning(
                FindingIds.ProxyMissingTls,
                "No proxy is trusted. If one stands in front, all users have its address and share one budget.",
                "List it under ForwardedHeaders:KnownProxies or :KnownNetworks. If clients reach this server "
                + "directly, leave it: doctor --ignore proxy_missing_tls.");
        }
    }

    private static bool IsWide(string text)
    {
        if (!TrustedProxyOptions.TryParseNetwork(text, out var network)) return false;
        var isIPv4 = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
        return network.PrefixLength < (isIPv4 ? NarrowIPv4 : NarrowIPv6);
    }
}
