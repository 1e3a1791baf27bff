using System.Net;
using System.Net.Sockets;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>
/// The section <c>ForwardedHeaders</c>: whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed. Empty
/// (the default) means nobody's. Serves RFC 9700 §4.13.
/// </summary>
internal sealed class TrustedProxyOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "ForwardedHeaders";

    /// <summary>Addresses of proxies, such as <c>10.0.0.7</c>.</summary>
    public IList<string> KnownProxies { get; init; } = [];

    /// <summary>Networks of proxies in CIDR notation, such as <c>10.0.0.0/16</c>.</summary>
    public IList<string> KnownNetworks { get; init; } = [];

    /// <summary>An address in its canonical text, IPv4 mapped into IPv6 folded; false for anything else.</summary>
    public static bool TryParseProxy(string? text, out IPAddress address)
    {
        address = IPAddress.None;
        if (!IPAddress.TryParse(text, out var parsed)) return false;
        // "10.1" and "010.0.0.1" parse, as addresses that nobody meant.
        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text) return false;
        address = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        return true;
    }

    /// <summary>A network without bits beyond its prefix, IPv4 mapped into IPv6 folded; false for all else.</summary>
    public static bool TryParseNetwork(string? text, out IPNetwork network) => NetworkText.TryParse(text, out network);
}

/// <summary>
/// What an operator may write in section <c>ForwardedHeaders</c>. To trust everybody, in one entry or in a few, is a
/// fault.
/// </summary>
internal sealed class TrustedProxyOptionsValidator : OptionsValidator<TrustedProxyOptions>
{
    // 10.0.0.0/8 is the widest private network of IPv4; in IPv6, fc00::/7 is (RFC 1918 §3, RFC 4193 §3.1).
    private const int WidestIPv4 = 8;
    private const int WidestIPv6 = 16;
    private static readonly IPNetwork UniqueLocal = IPNetwork.Parse("fc00::/7");

    /// <inheritdoc/>
    protected override IEnumerable<string?> Faults(TrustedProxyOptions options) =>
        [.. options.KnownProxies.Select(ProxyFault), .. options.KnownNetworks.Select(NetworkFault)];

    private static string? ProxyFault(string text, int index)
    {
        var key = $"{TrustedProxyOptions.Section}:{nameof(TrustedProxyOptions.KnownProxies)}:{index}";
        if (!TrustedProxyOptions.TryParseProxy(text, out var address))
        {
            return $"{key}: '{text}' is not an IP address. Write one address, such as 10.0.0.7; "
                + "networks go into KnownNetworks.";
        }

        return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
            ? $"{key}: '{text}' names no proxy. List the addresses of your proxies."
            : null;
    }

    private static string? NetworkFault(string text, int index)
    {
        var key = $"{TrustedProxyOptions.Section}:{nameof(TrustedProxyOptions.KnownNetworks)}:{index}";
        if (!TrustedProxyOptions.TryParseNetwork(text, out var network))
        {
            return $"{key}: '{text}' is not a network. Write its first address and its prefix length, "
                + "such as 10.0.0.0/16.";
        }

        return IsTooWide(network)
            ? $"{key}: '{text}' would let strangers choose the address that they are counted under. "
                + "List only the networks of your proxies."
            : null;
    }

    private static bool IsTooWide(IPNetwork network) => network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
        ? network.PrefixLength < WidestIPv4
        : network.PrefixLength < WidestIPv6
            && !(network.PrefixLength >= UniqueLocal.PrefixLength && UniqueLocal.Contains(network.BaseAddress));
}
