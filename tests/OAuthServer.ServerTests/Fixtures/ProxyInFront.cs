namespace OAuthServer.ServerTests.Fixtures;

/// <summary>
/// The proxy that ends TLS, for software that only knows the issuer: whatever it asks for reaches the server.
/// </summary>
internal sealed class ProxyInFront(Uri server) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(server, request.RequestUri!.PathAndQuery);
        request.Headers.Add("X-Forwarded-Proto", "https");
        return base.SendAsync(request, cancellationToken);
    }
}
