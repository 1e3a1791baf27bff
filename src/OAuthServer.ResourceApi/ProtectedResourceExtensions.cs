using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OAuthServer.ResourceApi;

#pragma warning disable IDE0130 // Where an application has its own usings: nobody has to look for it.
namespace Microsoft.AspNetCore.Builder;
#pragma warning restore IDE0130

/// <summary>Serves the protected resource metadata, to which every challenge then points (RFC 9728 §3, §5.1).</summary>
public static class ProtectedResourceExtensions
{
    /// <summary>
    /// Maps <c>/.well-known/oauth-protected-resource</c>, followed by the path of
    /// <see cref="OAuthBearerOptions.Resource"/> if it has one: public, readable from every origin. Without it no
    /// challenge names <c>resource_metadata</c>.
    /// </summary>
    /// <param name="routes">The application, or a route builder at the root of the host.</param>
    /// <returns>The endpoint, for further conventions.</returns>
    /// <exception cref="InvalidOperationException">
    /// The resource would be the authorization server: <see cref="OAuthBearerOptions.Resource"/> is not set, and the
    /// audience is the issuer.
    /// </exception>
    public static IEndpointConventionBuilder MapProtectedResourceMetadata(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var options = routes.ServiceProvider.GetRequiredService<IOptions<OAuthBearerOptions>>().Value;
        if (options.Resource is null && options.Audience == options.Issuer)
        {
            throw new InvalidOperationException(
                "OAuthBearer: Resource is missing: set it to the URL under which this API is called. Without it, its "
                + "metadata would be looked for at the authorization server.");
        }

        return routes.Map(new ServedResource(options.ResourceIdentifier));
    }

    /// <summary>
    /// The same for one more resource of this API, at another path of its host. A challenge points to the resource
    /// whose path the request's begins with.
    /// </summary>
    /// <param name="routes">The application, or a route builder at the root of the host.</param>
    /// <param name="resource">
    /// The URL under which the resource is called, such as <c>https://api.example/files</c>.
    /// </param>
    /// <returns>The endpoint, for further conventions.</returns>
    /// <exception cref="ArgumentException"><paramref name="resource"/> is no resource identifier.</exception>
    public static IEndpointConventionBuilder MapProtectedResourceMetadata(
        this IEndpointRouteBuilder routes, string resource)
    {
        ArgumentNullException.ThrowIfNull(routes);
        if (ServerUri.Fault(resource) is { } fault)
            throw new ArgumentException($"The resource {fault}", nameof(resource));
        return routes.Map(new ServedResource(resource));
    }

    private static RouteHandlerBuilder Map(this IEndpointRouteBuilder routes, ServedResource resource) => routes
        .MapMethods(
            resource.Pattern,
            [HttpMethods.Get, HttpMethods.Head],
            (HttpResponse response, MetadataAnswer answer) => answer.WriteAsync(response, resource))
        .WithMetadata(resource).WithDisplayName("Protected resource metadata").AllowAnonymous();
}
