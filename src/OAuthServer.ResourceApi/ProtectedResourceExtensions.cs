using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OAuthServer.ResourceApi;

#pragma warning disable IDE0130 // Where an application has its own usings: nobody has to look for it.
namespace Microsoft.AspNetCore.Builder;
#pragma warning restore IDE0130

/// <summary>Serves the protected resource metadata that every challenge points to (RFC 9728 §3).</summary>
public static class ProtectedResourceExtensions
{
    /// <summary>
    /// Maps <c>/.well-known/oauth-protected-resource</c>, followed by the path of
    /// <see cref="OAuthBearerOptions.Resource"/> if it has one: public, readable from every origin.
    /// </summary>
    /// <param name="routes">The application, or a route builder at the root of the host.</param>
    /// <returns>The endpoint, for further conventions.</returns>
    public static IEndpointConventionBuilder MapProtectedResourceMetadata(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var options = routes.ServiceProvider.GetRequiredService<IOptions<OAuthBearerOptions>>().Value;
        var path = Uri.UnescapeDataString(ProtectedResource.MetadataAddress(options).AbsolutePath);
        var pattern = path.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
        return routes.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], AnswerAsync)
            .WithName("oauth-protected-resource").WithDisplayName("Protected resource metadata").AllowAnonymous();
    }

    private static async Task<IResult> AnswerAsync(
        HttpResponse response,
        EndpointDataSource endpoints,
        IAuthorizationPolicyProvider policies,
        IOptions<OAuthBearerOptions> options)
    {
        var scopes = new List<string>();
        foreach (var endpoint in endpoints.Endpoints)
            scopes.AddRange(await ScopeRequirement.OfAsync(endpoint, policies));
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers.CacheControl = "public, max-age=300";
        return Results.Json(ProtectedResource.Describe(options.Value, scopes), contentType: "application/json");
    }
}
