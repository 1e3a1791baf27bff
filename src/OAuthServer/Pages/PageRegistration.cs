using Microsoft.AspNetCore.Components;

namespace OAuthServer.Pages;

internal static class PageRegistration
{
    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddSingleton<IComponentActivator, PageActivator>();
        services.AddRazorComponents();
        services.AddSingleton<PageRenderer>();
        services.AddSingleton<PageAnswers>();
        services.AddSingleton<StatusPages>();
        return services;
    }
}
