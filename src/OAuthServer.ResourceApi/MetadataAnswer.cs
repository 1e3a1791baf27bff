using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace OAuthServer.ResourceApi;

/// <summary>Answers with the metadata of a resource (RFC 9728 §3.2).</summary>
internal sealed class MetadataAnswer(
    EndpointDataSource endpoints,
    ServedResources served,
    IAuthorizationPolicyProvider policies,
    IOptions<OAuthBearerOptions> options)
{
    public async Task<IResult> WriteAsync(HttpResponse response, ServedResource resource)
    {
        var scopes = new List<string>();
        var own = endpoints.Endpoints.OfType<RouteEndpoint>().Where(endpoint => IsOf(endpoint, resource));
        foreach (var endpoint in own)
            scopes.AddRange(await ScopeRequirement.OfAsync(endpoint, policies));
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers.CacheControl = "public, max-age=300";
        var document = ProtectedResource.Describe(resource.Identifier, options.Value, scopes);
        return Results.Json(document, contentType: "application/json");
    }

    private bool IsOf(RouteEndpoint endpoint, ServedResource resource) =>
        served.Of(new PathString("/" + endpoint.RoutePattern.RawText?.TrimStart('/'))) == resource;
}
