using System.Net;
using System.Net.Sockets;

namespace OAuthServer.RateLimits;

/// <summary>
/// The key under which a peer is counted: one text per peer, however its address was written. IPv4 mapped into IPv6 is
/// folded to IPv4, and IPv6 is cut to its /64, since one subscriber owns at least that many addresses (RFC 6177 §2).
/// </summary>
internal readonly record struct ClientAddress
{
    private const int PrefixBytes = 8;
    private const string NoAddress = "none";
    private readonly string? _text;

    private ClientAddress(string text) => _text = text;

    /// <summary>
    /// The canonical text: <c>192.0.2.1</c>, <c>2001:db8:0:1::/64</c>, or <c>none</c> for a peer without an IP
    /// address.
    /// </summary>
    public string Text => _text ?? NoAddress;

    /// <summary>
    /// The key of the peer that sent this request; behind trusted proxies, the right-most untrusted hop.
    /// </summary>
    public static ClientAddress Of(HttpContext context) => From(context.Connection.RemoteIpAddress);

    /// <summary>The key of an address; all peers without one (a Unix socket) share one key.</summary>
    public static ClientAddress From(IPAddress? address)
    {
        if (address is null) return new ClientAddress(NoAddress);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return new ClientAddress(address.ToString());

        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, PrefixBytes, bytes.Length - PrefixBytes);
        return new ClientAddress($"{new IPAddress(bytes)}/{PrefixBytes * 8}");
    }

    /// <inheritdoc />
    public override string ToString() => Text;
}
