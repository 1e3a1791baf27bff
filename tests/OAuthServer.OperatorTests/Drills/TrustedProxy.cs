using System.Net;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>TLS ends here: the instances are told so. Follows no redirect and keeps no cookie.</summary>
internal sealed class TrustedProxy() : DelegatingHandler(
    new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Version = HttpVersion.Version11;
        return base.SendAsync(request, cancellationToken);
    }
}
