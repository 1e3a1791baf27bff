using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace OAuthServer.Pages;

/// <summary>
/// A file for browsers, from the assembly or of an operator. Its version is part of its address, so it is cached for a
/// year.
/// </summary>
internal sealed class Asset
{
    private readonly byte[] _content;
    private readonly string _path;
    private readonly string _type;
    private readonly string _version;

    /// <param name="resource">Its name in the assembly.</param>
    /// <param name="path">Where it is served.</param>
    /// <param name="type">Its media type.</param>
    public Asset(string resource, string path, string type)
        : this(Load(resource), path, type)
    {
    }

    /// <param name="content">The file.</param>
    /// <param name="path">Where it is served.</param>
    /// <param name="type">Its media type.</param>
    public Asset(byte[] content, string path, string type)
    {
        _content = content;
        _path = path;
        _type = type;
        _version = Convert.ToHexStringLower(SHA256.HashData(_content))[..16];
    }

    /// <summary>Its path with its version.</summary>
    public string Route => $"{_path}?v={_version}";

    public void Map(IEndpointRouteBuilder routes, string name) =>
        routes.MapMethods(_path, ["GET", "HEAD"], Answer).WithName(name);

    private IResult Answer(HttpContext http)
    {
        var current = http.Request.Query["v"] == _version;
        http.Response.Headers.CacheControl = current ? "public, max-age=31536000, immutable" : "public, max-age=300";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Bytes(_content, _type, entityTag: new EntityTagHeaderValue($"\"{_version}\""));
    }

    private static byte[] Load(string name)
    {
        using var resource = typeof(Asset).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is missing from the assembly.");
        using var copy = new MemoryStream();
        resource.CopyTo(copy);
        return copy.ToArray();
    }
}
