using System.Net;
using OAuthServer.Settings;

namespace OAuthServer.Outgoing;

/// <summary>What an operator may list as places with private addresses, in any section that has such lists.</summary>
internal static class AllowedPlaces
{
    /// <summary>The faults of both lists, each beginning with its key.</summary>
    public static IEnumerable<string?> Faults(string section, IList<string> hosts, IList<string> networks) =>
        hosts.Select((host, index) => HostFault($"{section}:AllowedHosts:{index}", host))
            .Concat(networks.Select((network, index) => NetworkFault($"{section}:AllowedNetworks:{index}", network)));

    private static string? HostFault(string key, string host) =>
        Uri.CheckHostName(host) is UriHostNameType.Dns && !IPAddress.TryParse(host, out _)
            ? null
            : $"{key}: '{host}' is not the name of a host, such as keys.corp.example. Addresses go into "
                + "AllowedNetworks.";

    private static string? NetworkFault(string key, string network) =>
        NetworkText.TryParse(network, out var parsed) && parsed.PrefixLength > 0
            ? null
            : $"{key}: '{network}' is not a network. Write its first address and its prefix length, such as "
                + "10.20.0.0/16.";
}
