using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>
/// Sets up the framework's forwarded-headers middleware: only listed proxies are believed, only about the caller's
/// address and scheme. Host and prefix are never taken from a header; URLs come from the configured issuer (RFC 9700
/// §4.13).
/// </summary>
internal static class ForwardedHeadersRegistration
{
    /// <summary>
    /// Binds and validates <see cref="TrustedProxyOptions"/>, which <c>UseForwardedHeaders</c> then obeys.
    /// </summary>
    public static IServiceCollection AddTrustedProxies(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(TrustedProxyOptions.Section);
        services.AddOptions<TrustedProxyOptions, TrustedProxyOptionsValidator>(section);
        // After every other Configure, so that ASPNETCORE_FORWARDEDHEADERS_ENABLED cannot bring "trust all" back.
        services.AddOptions<ForwardedHeadersOptions>().PostConfigure<IOptions<TrustedProxyOptions>>(Apply);
        return services;
    }

    private static void Apply(ForwardedHeadersOptions framework, IOptions<TrustedProxyOptions> trusted)
    {
        framework.KnownProxies.Clear();
        framework.KnownIPNetworks.Clear();
        foreach (var text in trusted.Value.KnownProxies)
            if (TrustedProxyOptions.TryParseProxy(text, out var proxy)) framework.KnownProxies.Add(proxy);
        foreach (var text in trusted.Value.KnownNetworks)
            if (TrustedProxyOptions.TryParseNetwork(text, out var network)) framework.KnownIPNetworks.Add(network);

        // To the framework two empty lists mean "trust everybody"; to us they mean "nobody".
        framework.ForwardedHeaders = framework.KnownProxies.Count + framework.KnownIPNetworks.Count == 0
            ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        // Walk from the right through every trusted hop, however long the chain of proxies.
        framework.ForwardLimit = null;
        framework.RequireHeaderSymmetry = false;
    }
}
