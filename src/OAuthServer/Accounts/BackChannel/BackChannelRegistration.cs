using OAuthServer.Outgoing;
using OAuthServer.Settings;

namespace OAuthServer.Accounts.BackChannel;

/// <summary>Adds what tells apps that a session is over.</summary>
internal static class BackChannelRegistration
{
    public static IServiceCollection AddBackChannelLogout(
        this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<BackChannelOptions, BackChannelOptionsValidator>(
            configuration.GetSection(BackChannelOptions.Section));
        services.AddGuardedHttpClient(
            LogoutCourier.HttpClientName, provider => provider.GetRequiredService<LogoutRules>().Addresses());
        services.AddSingleton<LogoutRules>();
        services.AddSingleton<LogoutTokens>();
        services.AddSingleton<LogoutCourier>();
        services.AddHostedService<LogoutDelivery>();
        services.AddHostedService<SessionExpiry>();
        return services;
    }
}
