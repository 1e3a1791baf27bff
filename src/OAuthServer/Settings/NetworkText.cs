using System.Net;

namespace OAuthServer.Settings;

/// <summary>Networks as operators write them, such as <c>10.0.0.0/16</c>.</summary>
internal static class NetworkText
{
    private const int MappedPrefix = 96;

    /// <summary>A network without bits beyond its prefix, IPv4 mapped into IPv6 folded; false for all else.</summary>
    public static bool TryParse(string? text, out IPNetwork network)
    {
        network = default;
        // The framework clears bits beyond the prefix; 10.0.0.1/8 is rather an address written down wrongly.
        if (text is null || !IPNetwork.TryParse(text, out var parsed)) return false;
        if (!IPAddress.TryParse(text.Split('/')[0], out var first) || !first.Equals(parsed.BaseAddress)) return false;
        network = parsed;
        if (network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedPrefix)
            network = new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedPrefix);
        return true;
    }
}
