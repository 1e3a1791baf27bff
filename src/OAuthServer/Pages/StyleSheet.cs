using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>The one style sheet.</summary>
internal static class StyleSheet
{
    private static readonly Asset File = new("account/site.css", Routes.StyleSheet, "text/css; charset=utf-8");

    /// <summary>Its route with its version.</summary>
    public static string Route => File.Route;

    public static void MapStyleSheet(this IEndpointRouteBuilder routes) => File.Map(routes, "account-style-sheet");
}
