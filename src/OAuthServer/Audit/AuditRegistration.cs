using Microsoft.Extensions.Options;
using OAuthServer.Settings;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Audit;

/// <summary>Adds what is logged and audited, and what seals it.</summary>
internal static class AuditRegistration
{
    public static IServiceCollection AddAudit(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddAuditOptions(configuration);
        services.AddSingleton<RefusalLog>();
        services.AddSingleton<RefusalJournal>();
        services.AddSingleton(provider => SweptTable.AuditEvents(Options(provider).Retention));
        services.AddSingleton<SealMark>();
        services.AddSingleton<AuditSealer>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditSealer>());
        return services;
    }

    /// <summary>Adds the validated options, for the server and for its commands.</summary>
    public static IServiceCollection AddAuditOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AuditOptions, AuditOptionsValidator>(configuration.GetSection(AuditOptions.Section));
        return services;
    }

    private static AuditOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<AuditOptions>>().Value;
}
