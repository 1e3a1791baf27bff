using Microsoft.Extensions.Options;
using OAuthServer.Settings;
using OAuthServer.Storage;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Audit;

/// <summary>Adds sealing of the audit log to a host.</summary>
internal static class AuditRegistration
{
    /// <summary>Registers the validated options, for the server and for its commands.</summary>
    public static IServiceCollection AddAuditOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AuditOptions, AuditOptionsValidator>(configuration.GetSection(AuditOptions.Section));
        return services;
    }

    /// <summary>Registers the sealer and, for the sweeper, how long audit rows stay.</summary>
    public static IServiceCollection AddAuditSealing(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddAuditOptions(configuration);
        services.AddSingleton(provider => SweptTable.AuditEvents(provider.GetRequiredService<IOptions<AuditOptions>>().Value.Retention));
        services.AddSingleton<AuditSeals>().AddSingleton<SigningKeys>().AddSingleton<AuditSealer>();
        return services.AddHostedService(provider => provider.GetRequiredService<AuditSealer>());
    }
}
