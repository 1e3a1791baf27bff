namespace OAuthServer.Settings;

internal static class SettingsRegistration
{
    public static IServiceCollection AddSettings(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OAuthOptions, OAuthOptionsValidator>(configuration.GetSection("OAuth"));
        services.AddSingleton<ServerAddress>();
        return services;
    }
}
