using System.Net;
using System.Net.Sockets;

namespace OAuthServer.Hosting;

/// <summary>
/// Whether something else listens where the server is to. Looked at before anything starts: Kestrel finds out last, and
/// says so by an exception.
/// </summary>
internal static class TakenPort
{
    /// <summary>What to do about the first address that is taken, for an operator; null when all are free.</summary>
    public static string? Fault(ListenAddresses listen) =>
        listen.All.FirstOrDefault(address => EndPoints(address).Any(IsTaken)) is { } taken
            ? $"Something else listens at {taken} already, perhaps another OAuthServer. End it, or have this one listen "
                + "somewhere else, such as with --urls=http://localhost:5081."
            : null;

    // As Kestrel reads an address: a name that is not localhost is every address of the machine.
    private static IEnumerable<IPEndPoint> EndPoints(string address)
    {
        if (Parse(address) is not { } binding || binding.IsUnixPipe || binding.IsNamedPipe) return [];
        if (binding.Port == 0) return [];
        if (binding.Host == "localhost") return [new(IPAddress.Loopback, binding.Port)];
        var host = IPAddress.TryParse(binding.Host.Trim('[', ']'), out var ip) ? ip : IPAddress.Any;
        return [new(host, binding.Port)];
    }

    // What cannot be read is Kestrel's to refuse.
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

    private static bool IsTaken(IPEndPoint endPoint)
    {
        try
        {
            using var probe = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(endPoint);
            return false;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }
}
