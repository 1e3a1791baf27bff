using System.Net;
using System.Net.Sockets;
using OAuthServer.Settings;

namespace OAuthServer.Outgoing;

/// <summary>
/// Which addresses the server may connect to because a client's registration names a host: public ones, and what the
/// operator lists (RFC 6890, RFC 7591 §5). An address that carries an IPv4 address inside is judged by that one.
/// </summary>
internal sealed class AddressRules
{
    // Never, whatever a list says: this machine's surroundings, the clouds' metadata services, and no hosts at all.
    private static readonly IPNetwork[] Never = Networks(
        "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32",
        "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32",
        "::/128", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::/32", "fd20:ce::254/128");

    private static readonly IPNetwork[] NotPublic = Networks(
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork LocallyTranslated = IPNetwork.Parse("64:ff9b:1::/48");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    private readonly HashSet<string> _hosts;
    private readonly IPNetwork[] _networks;

    /// <param name="hosts">Hosts that may have a private address.</param>
    /// <param name="networks">Private networks that may be connected to, in CIDR notation.</param>
    public AddressRules(IEnumerable<string> hosts, IEnumerable<string> networks)
    {
        _hosts = hosts.ToHashSet(StringComparer.OrdinalIgnoreCase);
        _networks = [.. networks.Select(Network).OfType<IPNetwork>()];
    }

    /// <summary>True when this address of this host may be connected to.</summary>
    /// <param name="host">As it stands in the URI.</param>
    /// <param name="address">What it was resolved to.</param>
    public bool Allows(string host, IPAddress address)
    {
        var (plain, carried) = (Plain(address), Carried(address));
        if (IsIn(Never, plain) || (carried is not null && IsIn(Never, carried))) return false;
        return IsPublic(plain) || _hosts.Contains(host) || IsIn(_networks, plain);
    }

    /// <summary>True for an address that anybody on the Internet could connect to.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var plain = Plain(address);
        if (IsIn(Never, plain) || IsIn(NotPublic, plain)) return false;
        if (plain.AddressFamily == AddressFamily.InterNetwork) return true;
        if (Translated.Contains(plain)) return IsPublic(Carried(plain)!);
        return plain.AddressFamily == AddressFamily.InterNetworkV6 && Global.Contains(plain);
    }

    // A zone belongs to a network beside this machine; without it the address is judged as what it is.
    private static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        return address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 }
            ? new IPAddress(address.GetAddressBytes())
            : address;
    }

    // The IPv4 address that a translator or a tunnel would take out (RFC 6052 §2, RFC 3056 §2, RFC 4291 §2.5.5.1).
    private static IPAddress? Carried(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address)) return null;
        var bytes = address.GetAddressBytes().AsSpan();
        if (SixToFour.Contains(address)) return new IPAddress(bytes[2..6]);
        return Translated.Contains(address) || LocallyTranslated.Contains(address) || Compatible.Contains(address)
            ? new IPAddress(bytes[12..])
            : null;
    }

    private static bool IsIn(IPNetwork[] networks, IPAddress address) =>
        Array.Exists(networks, network => network.Contains(address));

    private static IPNetwork? Network(string text) => NetworkText.TryParse(text, out var network) ? network : null;

    private static IPNetwork[] Networks(params string[] texts) => [.. texts.Select(text => IPNetwork.Parse(text))];
}
