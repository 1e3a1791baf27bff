using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Options;
using OAuthServer.Endpoints.Admin;
using OAuthServer.Endpoints.Admin.Site;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Hosting.Management;

/// <summary>
/// The management port has a pipeline and routes of its own: none of its routes exists at the public port, and none of
/// the public ones here.
/// </summary>
internal static class ManagementPipeline
{
    private static readonly OAuthError NoRoute = new(
        "not_found", "There is nothing at this address.", Reasons.RouteUnknown, StatusCodes.Status404NotFound);

    private static readonly OAuthError NoMethod = new(
        "method_not_allowed", "This address does not take this method.", Reasons.MethodNotAllowed,
        StatusCodes.Status405MethodNotAllowed);

    public static IServiceCollection AddManagement(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(ManagementOptions.Section);
        services.AddOptions<ManagementOptions, ManagementOptionsValidator>(section);
        if (IsOn(configuration)) services.AddAdmin();
        return services;
    }

    /// <summary>Hands requests of the management port to its pipeline, where there is one.</summary>
    public static void UseManagement(this WebApplication app)
    {
        if (!IsOn(app.Configuration)) return;
        // Not a branch of the one pipeline, which would take its routes along.
        var branch = new ApplicationBuilder(app.Services);
        branch.UseMiddleware<CorrelationId>()
            .UseMiddleware<AnswerHeaders>()
            .UseExceptionHandler()
            .UseStatusCodePages(AnswerBareAsync)
            .UseForwardedHeaders()
            .UseMiddleware<ManagementGate>()
            .UseRequestLocalization()
            .UseRouting()
            .UseRateLimiter()
            .UseAuthentication()
            .UseAuthorization()
            .UseEndpoints(routes => routes.MapManagement());
        var management = branch.Build();
        app.Use(rest => http => ManagementPort.IsOf(http) ? management(http) : rest(http));
    }

    /// <summary>Whether there are metrics to be scraped.</summary>
    public static bool IsScraped(IConfiguration configuration) =>
        IsOn(configuration) && bool.TryParse(configuration[Key(nameof(ManagementOptions.Metrics))], out var on) && on;

    private static string Key(string setting) => $"{ManagementOptions.Section}:{setting}";

    private static bool IsOn(IConfiguration configuration) =>
        !string.IsNullOrEmpty(configuration[Key(nameof(ManagementOptions.Url))]);

    private static void MapManagement(this IEndpointRouteBuilder routes)
    {
        routes.MapAdmin();
        if (routes.ServiceProvider.GetRequiredService<IOptions<ManagementOptions>>().Value.HasSite) routes.MapSite();
        if (IsScraped(routes.ServiceProvider.GetRequiredService<IConfiguration>()))
            routes.MapPrometheusScrapingEndpoint(Routes.Metrics);
        routes.MapProbes();
    }

    private static Task AnswerBareAsync(StatusCodeContext bare)
    {
        var http = bare.HttpContext;
        OAuthError? refusal = http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => NoRoute,
            StatusCodes.Status405MethodNotAllowed => NoMethod,
            _ => null,
        };
        if (refusal is null) return Task.CompletedTask;
        var services = http.RequestServices;
        return IsOfSite(http)
            ? services.GetRequiredService<OperatorPages>()
                .Message("Unknown", "Again", Routes.Site, refusal)
                .ExecuteAsync(http)
            : services.GetRequiredService<AdminAnswers>().RefuseAsync(http, refusal, null);
    }

    private static bool IsOfSite(HttpContext http) =>
        http.Request.Path.StartsWithSegments(Routes.Site) && !http.Request.Path.StartsWithSegments(Routes.AdminApi)
        && http.RequestServices.GetRequiredService<IOptions<ManagementOptions>>().Value.HasSite;
}
