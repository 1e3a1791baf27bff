using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Clients.Assertions;

namespace OAuthServer.Clients.RemoteKeys;

/// <summary>
/// Fetches the key set of a client (RFC 7517 §5). Whoever may register a client chooses where this server connects to,
/// so: https alone, to addresses that <see cref="AddressRules"/> allows, no redirects, bounded in size and time, and
/// nothing of what is there is ever shown (docs/decisions/033-keys-of-clients-are-fetched-with-care.md).
/// </summary>
internal sealed partial class KeySetFetcher(
    IHttpClientFactory http, IOptions<RemoteKeyOptions> options, ServerTelemetry telemetry, TimeProvider clock,
    ILogger<KeySetFetcher> logger)
{
    /// <summary>The name of its client in <see cref="IHttpClientFactory"/>.</summary>
    public const string HttpClientName = "client keys";

    /// <summary>The largest answer in bytes.</summary>
    public const int LargestAnswer = 64 * 1024;

    /// <summary>Connects to no address that the rules refuse; the one that was judged is the one it connects to.</summary>
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

    /// <summary>The keys, or null when they cannot be had; the log says why.</summary>
    public async Task<ClientKeySet?> FetchAsync(string uri)
    {
        using var span = telemetry.Span("fetch client keys");
        using var limit = new CancellationTokenSource(options.Value.FetchTimeout, clock);
        var (keys, fault) = await TryAsync(uri, limit.Token);
        telemetry.ClientKeysFetched(fault is null);
        if (fault is not null) LogFailed(RedirectUriText.Show(uri), fault);
        return keys;
    }

    private async Task<(ClientKeySet? Keys, string? Fault)> TryAsync(string text, CancellationToken ct)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) return (null, "it is no URI");
        if (uri.Scheme != Uri.UriSchemeHttps) return (null, "it is not https");
        try
        {
            using var client = http.CreateClient(HttpClientName);
            using var answer = await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, ct);
            if (answer.StatusCode != HttpStatusCode.OK) return (null, $"it answers {(int)answer.StatusCode}");
            if (await ReadAsync(answer, ct) is not { } body) return (null, $"it is larger than {LargestAnswer} bytes");
            return ClientKeySet.Read(body) is { } keys ? (keys, null) : (null, "it is no JWK Set");
        }
        catch (OperationCanceledException)
        {
            return (null, $"it took longer than {options.Value.FetchTimeout}");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return (null, failure.GetBaseException().Message);
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (answer.Content.Headers.ContentLength > LargestAnswer) return null;
        await using var body = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[LargestAnswer + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        if (length > LargestAnswer) return null;
        return buffer.AsMemory(0, length);
    }

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

    [LoggerMessage(1211, LogLevel.Warning, "The keys at {Uri} were not fetched: {Cause}.")]
    private partial void LogFailed(string uri, string cause);
}
