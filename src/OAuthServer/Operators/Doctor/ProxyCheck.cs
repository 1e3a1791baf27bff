using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OAuthServer.Hosting;
using OAuthServer.Settings;

namespace OAuthServer.Operators.Doctor;

/// <summary>Where the server listens, and whose word about address and scheme it takes (RFC 9700 §4.13).</summary>
internal sealed class ProxyCheck(ServerAddress address, ListenAddresses listen, IOptions<TrustedProxyOptions> trusted, IHostEnvironment environment) : IDoctorCheck
{
    // Narrower than this a network is somebody's choice of machines; wider, nobody knows who is in it.
    private const int NarrowIPv4 = 16;
    private const int NarrowIPv6 = 48;

    /// <inheritdoc/>
    public string Name => "proxies";

    /// <inheritdoc/>
    public Ground StandsOn => Ground.Configuration;

    /// <inheritdoc/>
    public Task<Examination> ExamineAsync(CancellationToken ct)
    {
        var options = trusted.Value;
        string[] all = [.. options.KnownProxies, .. options.KnownNetworks];
        var notes = new Notes().Fact("listens on", string.Join(", ", listen.All)).Fact("proxies trusted", all.Length == 0 ? "none" : string.Join(", ", all));
        notes.FoundIf(environment.IsDevelopment() && listen.AreExposed, FindingIds.DevelopmentExposed, Severity.Error,
            "The environment is Development, where demo people and clients with published secrets exist, and other machines can reach the server.",
            "Set ASPNETCORE_ENVIRONMENT to Production, or listen on localhost only.");
        if (all.Length == 0 && address.IsHttps) NoneTrusted(notes);
        foreach (var network in options.KnownNetworks.Where(IsWide))
        {
            notes.Found(FindingIds.ProxyNetworkWide, Severity.Warning,
                $"{network} is trusted as a whole: every machine in it may say which address a request comes from, and so escape its budget.",
                "List under ForwardedHeaders:KnownNetworks only the subnets that your proxies are in.");
        }

        return notes.DoneAsync();
    }

    private void NoneTrusted(Notes notes)
    {
        notes.FoundIf(!listen.HasHttps, FindingIds.ProxyMissing, Severity.Error,
            "The issuer is https, the server listens on plain http, and no proxy is trusted: every request but a health probe is refused with 400.",
            "List the proxy that ends TLS under ForwardedHeaders:KnownProxies or :KnownNetworks, and let it send X-Forwarded-For and X-Forwarded-Proto.");
        notes.FoundIf(listen is { HasHttps: true, AreExposed: true }, FindingIds.ProxyMissingTls, Severity.Warning,
            "No proxy is trusted. If one stands in front, all users have its address and share one budget.",
            "List it under ForwardedHeaders:KnownProxies or :KnownNetworks. If clients reach this server directly, leave it: doctor --ignore proxy_missing_tls.");
    }

    private static bool IsWide(string text) => TrustedProxyOptions.TryParseNetwork(text, out var network)
        && network.PrefixLength < (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? NarrowIPv4 : NarrowIPv6);
}
