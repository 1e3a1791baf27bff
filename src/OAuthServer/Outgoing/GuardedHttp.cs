using System.Net;
using System.Net.Sockets;

namespace OAuthServer.Outgoing;

/// <summary>
/// Calls to addresses that somebody else chose, by what a client registers: to those that <see cref="AddressRules"/>
/// allow, without redirects, cookies and proxies, and no more is read than is asked for
/// (docs/decisions/033-keys-of-clients-are-fetched-with-care.md).
/// </summary>
internal static class GuardedHttp
{
    /// <summary>
    /// Adds a client of this name to <see cref="IHttpClientFactory"/>. The caller bounds the time of each call.
    /// </summary>
    public static void AddGuardedHttpClient(
        this IServiceCollection services, string name, Func<IServiceProvider, AddressRules> rules) =>
        services.AddHttpClient(name).RemoveAllLoggers()
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => CreateHandler(rules(provider)));

    /// <summary>The body, or null when it is larger than this.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAtMostAsync(
        this HttpResponseMessage answer, int largest, CancellationToken ct)
    {
        if (answer.Content.Headers.ContentLength > largest) return null;
        await using var body = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[largest + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        if (length > largest) return null;
        return buffer.AsMemory(0, length);
    }

    /// <summary>
    /// Connects to no address that the rules refuse; the one that was judged is the one it connects to.
    /// </summary>
    public static SocketsHttpHandler CreateHandler(AddressRules rules) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = 16,
        MaxConnectionsPerServer = 2,
        MaxResponseDrainSize = 0,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectCallback = (connection, ct) => ConnectAsync(rules, connection.DnsEndPoint, ct),
    };

    // A name may be resolved to another address each time: the addresses of this answer are the ones that are judged
    // and connected to.
    private static async ValueTask<Stream> ConnectAsync(AddressRules rules, DnsEndPoint target, CancellationToken ct)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, ct);
        var allowed = Array.FindAll(addresses, address => rules.Allows(target.Host, address));
        if (allowed.Length == 0) throw new IOException("its address is private or reserved");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
