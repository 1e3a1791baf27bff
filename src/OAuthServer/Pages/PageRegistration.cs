using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Pages;

internal static class PageRegistration
{
    // Of an Accept-Language header; the framework's three would end before the language that somebody reads.
    private const int MostTags = 8;

    public static IServiceCollection AddPages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IComponentActivator, PageActivator>();
        services.AddRazorComponents();
        services.AddOptions<BrandingOptions, BrandingOptionsValidator>(
            configuration.GetSection(BrandingOptions.Section));
        services.AddOptions<PageOptions, PageOptionsValidator>(configuration.GetSection(PageOptions.Section));
        services.AddLanguages();
        services.AddSingleton<Brand>();
        services.AddSingleton<PageRenderer>();
        services.AddSingleton<PageAnswers>();
        services.AddSingleton<StatusPages>();
        services.AddSingleton<SelfServicePages>();
        services.AddSingleton<AddressPages>();
        return services;
    }

    // The language of texts alone follows the request: figures and moments of logs, tokens and protocol stay as they
    // are, whatever a browser says.
    private static void AddLanguages(this IServiceCollection services)
    {
        services.AddLocalization(localization => localization.ResourcesPath = "Pages/Texts");
        services.AddSingleton(provider =>
            TextFolder.Read(provider.GetRequiredService<IOptions<PageOptions>>().Value.Texts));
        services.AddSingleton<Languages>();
        services.AddSingleton<LanguageChoice>();
        services.AddSingleton<TextSource>();
        services.AddOptions<RequestLocalizationOptions>()
            .Configure<Languages, LanguageChoice>((options, languages, choice) =>
            {
                options.DefaultRequestCulture = new RequestCulture(CultureInfo.InvariantCulture, Languages.Default);
                options.SupportedCultures = [CultureInfo.InvariantCulture];
                options.SupportedUICultures = [.. languages.All];
                options.RequestCultureProviders =
                [
                    new UiLocalesProvider(languages),
                    choice,
                    new AcceptLanguageHeaderRequestCultureProvider
                    {
                        MaximumAcceptLanguageHeaderValuesToTry = MostTags,
                    },
                ];
            });
    }
}
