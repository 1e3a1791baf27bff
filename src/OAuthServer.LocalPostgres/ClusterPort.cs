using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace OAuthServer.LocalPostgres;

/// <summary>
/// Which port a cluster listens on: the one of its last start, so that a client's settings keep working; at first the
/// one that is wished for; any that is free when another program has it.
/// </summary>
internal static partial class ClusterPort
{
    /// <summary>The port to try first.</summary>
    public static int First(ClusterDirectory directory, int? wished)
    {
        if (wished is null) return Free();
        var settings = File.Exists(directory.Settings) ? File.ReadAllText(directory.Settings) : "";
        var last = Setting().Match(settings);
        var port = last.Success ? int.Parse(last.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : wished.Value;
        return IsFree(port) ? port : Free();
    }

    /// <summary>A port that nobody has at this moment.</summary>
    public static int Free()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^port = '(\d{1,5})'$", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
