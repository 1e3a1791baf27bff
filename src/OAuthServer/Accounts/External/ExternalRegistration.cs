using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OAuthServer.Settings;
using GitHubOptions = Microsoft.AspNetCore.Authentication.OAuth.OAuthOptions;

namespace OAuthServer.Accounts.External;

/// <summary>Adds other identity providers.</summary>
internal static class ExternalRegistration
{
    public static IServiceCollection AddExternalProviders(
        this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(ExternalProvidersOptions.Section);
        services.AddExternalProviderOptions(configuration);
        services.AddSingleton<ExternalVisits>();
        services.AddSingleton<ExternalJournal>();
        services.AddSingleton<LoginRemoval>();
        services.AddSingleton<UpstreamAnswers>();
        services.AddScoped<Upstream>();
        services.AddScoped<ExternalSignIn>();
        services.AddSingleton<UpstreamOptions>();
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>>(
            provider => provider.GetRequiredService<UpstreamOptions>());
        services.AddSingleton<IConfigureOptions<GitHubOptions>>(
            provider => provider.GetRequiredService<UpstreamOptions>());
        // As AddOpenIdConnect does for the handler that ours derives from.
        services.TryAddEnumerable(ServiceDescriptor
            .Singleton<IPostConfigureOptions<OpenIdConnectOptions>, OpenIdConnectPostConfigureOptions>());
        services.Replace(ServiceDescriptor.Singleton<IAuthenticationSchemeProvider, AskedSchemes>());
        services.AddSchemes(section);
        return services;
    }

    /// <summary>Adds the validated options, for the server and for its commands.</summary>
    public static IServiceCollection AddExternalProviderOptions(
        this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ExternalProvidersOptions, ExternalProviderValidator>(
            configuration.GetSection(ExternalProvidersOptions.Section));
        return services.AddSingleton<ExternalProviders>();
    }

    // By the settings themselves: options are checked later, all at once.
    private static void AddSchemes(this IServiceCollection services, IConfigurationSection section)
    {
        var authentication = services.AddAuthentication();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var child in section.GetSection(nameof(ExternalProvidersOptions.Providers)).GetChildren())
        {
            var kind = child[nameof(ExternalProviderOptions.Kind)];
            var options = new ExternalProviderOptions { Name = child[nameof(ExternalProviderOptions.Name)] ?? "" };
            var scheme = ExternalProvider.SchemeOf(options);
            if (!names.Add(scheme)) continue;
            if (string.Equals(kind, nameof(ExternalProviderKind.GitHub), StringComparison.OrdinalIgnoreCase))
                authentication.AddOAuth<GitHubOptions, GitHubHandler>(scheme, _ => { });
            else
                authentication.AddRemoteScheme<OpenIdConnectOptions, OpenIdUpstreamHandler>(scheme, null, _ => { });
        }
    }
}
