using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>The one style sheet.</summary>
internal static class StyleSheet
{
    private static readonly Asset File = new("account/site.css", Routes.StyleSheet, "text/css; charset=utf-8");

    private static readonly Asset OfSite = new("account/site.css", Routes.SiteStyleSheet, "text/css; charset=utf-8");

    /// <summary>Its route with its version.</summary>
    public static string Route => File.Route;

    /// <summary>The same at the management port.</summary>
    public static string SiteRoute => OfSite.Route;

    public static void MapStyleSheet(this IEndpointRouteBuilder routes) => File.Map(routes, "account-style-sheet");

    public static void MapSiteStyleSheet(this IEndpointRouteBuilder routes) => OfSite.Map(routes, "site.style-sheet");
}
