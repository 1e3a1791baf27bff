using System.Net;
using System.Net.Sockets;

namespace OAuthServer.Hosting;

/// <summary>
/// Whether the server can listen where it is to: looked at before anything starts. Kestrel finds out last, and says so
/// by an exception.
/// </summary>
internal static class TakenPort
{
    private const string Elsewhere = "have this one listen somewhere else, such as with --urls=http://localhost:5081.";
    private const string AnotherManagement = "give this one another Management:Url.";

    /// <summary>What to do about the first address that will not do, for an operator; null when all will.</summary>
    public static string? Fault(ListenAddresses listen) =>
        listen.All.Select(address => Fault(address, Elsewhere)).FirstOrDefault(fault => fault is not null)
        ?? (listen.Management is { } management ? Fault(management, AnotherManagement) : null);

    private static string? Fault(string address, string way)
    {
        if (Parse(address) is not { } binding)
        {
            return $"'{address}' is no address to listen at: write one such as http://localhost:5080 in --urls or "
                + "ASPNETCORE_URLS.";
        }

        return EndPoints(binding).Select(Refusal).FirstOrDefault(refused => refused is not null) switch
        {
            SocketError.AddressAlreadyInUse =>
                $"Something else listens at {address} already, perhaps another OAuthServer. End it, or {way}",
            SocketError.AccessDenied =>
                $"This process may not listen at {address}: ports below 1024 are for root, or for "
                + $"CAP_NET_BIND_SERVICE. Put the proxy there, and {way}",
            SocketError.AddressNotAvailable =>
                $"{address} is no address of this machine, so nothing can listen there. Correct it, or {way}",
            _ => null,
        };
    }

    // As Kestrel reads an address: a name that is not localhost is every address of the machine.
    private static IEnumerable<IPEndPoint> EndPoints(BindingAddress binding)
    {
        if (binding.IsUnixPipe || binding.IsNamedPipe || binding.Port == 0) return [];
        if (binding.Host == "localhost") return [new(IPAddress.Loopback, binding.Port)];
        var host = IPAddress.TryParse(binding.Host.Trim('[', ']'), out var ip) ? ip : IPAddress.Any;
        return [new(host, binding.Port)];
    }

    private static BindingAddress? Parse(string address)
    {
        try
        {
            return BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static SocketError? Refusal(IPEndPoint endPoint)
    {
        try
        {
            using var probe = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(endPoint);
            return null;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode;
        }
    }
}
