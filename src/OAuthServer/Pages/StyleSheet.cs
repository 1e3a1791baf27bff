using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>
/// The one style sheet, from the assembly. Its version is part of its address, so it is cached for a year.
/// </summary>
internal static class StyleSheet
{
    private static readonly byte[] Content = Load();

    private static readonly string Version = Convert.ToHexStringLower(SHA256.HashData(Content))[..16];

    /// <summary>Its route with its version.</summary>
    public static string Route { get; } = $"{Routes.StyleSheet}?v={Version}";

    public static void MapStyleSheet(this IEndpointRouteBuilder routes) => routes
        .MapMethods(Routes.StyleSheet, ["GET", "HEAD"], Answer)
        .WithName("account-style-sheet");

    private static IResult Answer(HttpContext http)
    {
        var current = http.Request.Query["v"] == Version;
        http.Response.Headers.CacheControl = current ? "public, max-age=31536000, immutable" : "public, max-age=300";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        var tag = new EntityTagHeaderValue($"\"{Version}\"");
        return Results.Bytes(Content, "text/css; charset=utf-8", entityTag: tag);
    }

    private static byte[] Load()
    {
        using var resource = typeof(StyleSheet).Assembly.GetManifestResourceStream("account/site.css")
            ?? throw new InvalidOperationException("The style sheet is missing from the assembly.");
        using var copy = new MemoryStream();
        resource.CopyTo(copy);
        return copy.ToArray();
    }
}
