using Microsoft.Net.Http.Headers;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// <c>/account/app-logo</c>: the picture of a client, as it was stored. Its hash is in its address, so browsers
/// keep it; it is a picture and nothing else, whatever is asked for.
/// </summary>
internal static class LogoEndpoint
{
    private const int HashLength = 64;

    public static void MapLogos(this IEndpointRouteBuilder routes) =>
        routes.MapMethods(Routes.AppLogo, ["GET", "HEAD"], ShowAsync).WithName("client-logo");

    private static async Task<IResult> ShowAsync(
        HttpContext http, ClientLogos logos, CancellationToken ct)
    {
        var hash = http.Request.Query["v"].ToString();
        if (hash.Length != HashLength || !hash.All(char.IsAsciiHexDigitLower)) return Results.NotFound();
        if (await logos.FindAsync(hash, ct) is not { } picture) return Results.NotFound();
        PageHeaders.ApplyToPicture(http.Response.Headers);
        return Results.Bytes(
            picture.Content, picture.MediaType, entityTag: new EntityTagHeaderValue($"\"{hash}\""));
    }
}
