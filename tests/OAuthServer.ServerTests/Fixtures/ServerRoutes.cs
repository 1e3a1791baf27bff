using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>The routes of a server as it maps them, so that no test can forget a new one.</summary>
internal static class ServerRoutes
{
    /// <summary>
    /// Every route as <c>POST /oauth/token</c>; HEAD goes with its GET. A route for any method counts as GET.
    /// </summary>
    public static IReadOnlySet<string> Of(TestServer server) =>
        server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(route => (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
                ?? [HttpMethods.Get]).Select(method => $"{method} {route.RoutePattern.RawText}"))
            .Where(route => !route.StartsWith("HEAD ", StringComparison.Ordinal))
            .ToHashSet(StringComparer.Ordinal);
}
