using System.Net;
using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Clients.Assertions;
using OAuthServer.Outgoing;

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
            if (await answer.ReadAtMostAsync(LargestAnswer, ct) is not { } body)
                return (null, $"it is larger than {LargestAnswer} bytes");
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

    [LoggerMessage(1211, LogLevel.Warning, "The keys at {Uri} were not fetched: {Cause}.")]
    private partial void LogFailed(string uri, string cause);
}
