using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Storage.Sweeping;

/// <summary>Adds the sweeper to a host.</summary>
internal static class SweeperRegistration
{
    /// <summary>Registers the validated options, the tables with their rules, and the background service.</summary>
    public static IServiceCollection AddSweeper(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SweeperOptions, SweeperOptionsValidator>(configuration.GetSection(SweeperOptions.Section));
        services.AddSingleton(provider => SweptTable.Codes(
            provider.GetRequiredService<IOptions<OAuthOptions>>().Value.RefreshTokenFamilyLifetime));
        services.AddSingleton(provider => SweptTable.RefreshTokens(Options(provider).KeepRefreshTokens));
        services.AddSingleton(provider => SweptTable.Sessions(Options(provider).KeepSessions));
        services.AddSingleton(provider => SweptTable.LogoutNotices(Options(provider).KeepLogoutNotices));
        services.AddSingleton(provider => SweptTable.Mails(Options(provider).KeepMails));
        services.AddSingleton(provider => SweptTable.AccountTokens(Options(provider).KeepLinks));
        services.AddSingleton(SweptTable.RevokedTokens());
        services.AddSingleton(SweptTable.PushedRequests());
        services.AddSingleton(SweptTable.UsedJwts());
        services.AddSingleton<Sweeps>().AddSingleton<SweepTotals>().AddSingleton<Sweeper>();
        return services.AddHostedService(provider => provider.GetRequiredService<Sweeper>());
    }

    private static SweeperOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<SweeperOptions>>().Value;
}
