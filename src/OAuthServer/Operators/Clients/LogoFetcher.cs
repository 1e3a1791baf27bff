using System.Net;
using OAuthServer.Outgoing;
using OAuthServer.Protocol;

namespace OAuthServer.Operators.Clients;

/// <summary>
/// Takes the picture of a client from where its registration says: bounded in size and time, without redirects, and
/// what comes is a picture by its bytes (docs/decisions/042-a-picture-is-stored.md).
/// </summary>
/// <param name="handler">Decides which addresses are connected to.</param>
/// <param name="clock">Bounds the time.</param>
internal sealed class LogoFetcher(HttpMessageHandler handler, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(handler);

    public void Dispose() => _http.Dispose();

    /// <summary>The picture, or why there is none.</summary>
    public async Task<Result<Picture, string>> FetchAsync(string? address, CancellationToken ct)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
            return "the client has no logo_uri of https.";
        using var time = new CancellationTokenSource(Limit, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, time.Token);
        try
        {
            using var answer = await _http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (answer.StatusCode != HttpStatusCode.OK) return $"{address} answers {(int)answer.StatusCode}.";
            return await answer.ReadAtMostAsync(Picture.Largest, limit.Token) is { } body
                ? Picture.Read(body.ToArray())
                : $"what {address} answers is larger than {Picture.Largest} bytes.";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return $"{address} took longer than {Limit.TotalSeconds:0} seconds.";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return $"{address} was not fetched: {failure.GetBaseException().Message}.";
        }
    }
}
