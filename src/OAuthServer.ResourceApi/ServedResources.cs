using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace OAuthServer.ResourceApi;

/// <summary>Marks the endpoint that serves the metadata of a resource.</summary>
/// <param name="Identifier">The resource identifier (RFC 9728 §1.2).</param>
internal sealed record ServedResource(string Identifier)
{
    /// <summary>Where clients get the metadata (RFC 9728 §3.1).</summary>
    public Uri MetadataAddress { get; } = ServerUri.WellKnown(Identifier, "oauth-protected-resource");

    /// <summary>The path of <see cref="MetadataAddress"/> as a route pattern: no brace in it is a parameter.</summary>
    public string Pattern => Uri.UnescapeDataString(MetadataAddress.AbsolutePath)
        .Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);

    private PathString Path { get; } = new(Uri.UnescapeDataString(new Uri(Identifier).AbsolutePath).TrimEnd('/'));

    /// <summary>How much of a path leads to this resource; null when the path is elsewhere.</summary>
    public int? Reach(PathString path) => path.StartsWithSegments(Path) ? Path.Value!.Length : null;
}

/// <summary>
/// The resources whose metadata this API serves, which are the ones that a challenge may lead to (RFC 9728 §5.1).
/// </summary>
internal sealed class ServedResources(EndpointDataSource endpoints, IOptions<OAuthBearerOptions> options)
{
    /// <summary>
    /// The resource that a path of this API belongs to: of several the one with the longest path, else the one of the
    /// options, since a proxy may have taken its path away. Null when no metadata is served for it.
    /// </summary>
    public ServedResource? Of(PathString path)
    {
        // One that was mapped into a group has another pattern, and nobody finds it there.
        var served = endpoints.Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.Metadata.GetMetadata<ServedResource>() is { } resource
                && resource.Pattern == endpoint.RoutePattern.RawText ? resource : null)
            .OfType<ServedResource>().ToList();
        return served.Where(resource => resource.Reach(path) is not null).MaxBy(resource => resource.Reach(path))
            ?? served.Find(resource => resource.Identifier == options.Value.ResourceIdentifier);
    }
}
