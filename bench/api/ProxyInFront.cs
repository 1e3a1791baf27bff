namespace OAuthServer.Bench.Api;

/// <summary>
/// Takes the library's requests for the issuer to the server's own port, as the proxy that ends TLS would.
/// </summary>
internal sealed class ProxyInFront(Uri server) : DelegatingHandler
{
    /// <inheritdoc />
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(server, request.RequestUri!.PathAndQuery);
        request.Headers.Add("X-Forwarded-Proto", "https");
        return base.SendAsync(request, cancellationToken);
    }
}
