using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>The one script, of the page that posts an answer to an app.</summary>
internal static class Script
{
    private static readonly Asset File =
        new("account/form-post.js", Routes.FormPostScript, "text/javascript; charset=utf-8");

    /// <summary>Its route with its version.</summary>
    public static string Route => File.Route;

    public static void MapScript(this IEndpointRouteBuilder routes) => File.Map(routes, "account-script");
}
