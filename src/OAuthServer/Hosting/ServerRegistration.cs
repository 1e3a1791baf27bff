using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Accounts.BackChannel;
using OAuthServer.Accounts.Mail;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Endpoints;
using OAuthServer.Hosting.Development;
using OAuthServer.Hosting.Management;
using OAuthServer.Hosting.Observability;
using OAuthServer.Keys;
using OAuthServer.Pages;
using OAuthServer.Settings;
using OAuthServer.Storage;
using OAuthServer.Storage.Schema;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Hosting;

/// <summary>What the server is made of, one call for each folder.</summary>
internal static class ServerRegistration
{
    public static IServiceCollection AddServer(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogOutput(configuration);
        services.AddTelemetry(configuration);
        services.AddGauges();
        services.AddSettings(configuration);
        services.AddStorage(configuration);
        services.AddSigningKeys(configuration);
        services.AddKeyHistory();
        services.AddSingleton<IValidateOptions<SigningKeyOptions>, AwsRegionValidator>();
        services.AddSweeper(configuration);
        services.AddAudit(configuration);
        services.AddRateLimits(configuration);
        services.AddClients(configuration);
        services.AddAccounts(configuration);
        services.AddBackChannelLogout(configuration);
        services.AddMail(configuration);
        services.AddPages(configuration);
        services.AddEndpoints();
        services.AddPipeline(configuration);
        services.AddManagement(configuration);
        services.AddStopping(configuration);
        services.AddSingleton<DatabaseStanding>();
        services.AddSingleton<StartupFacts>();
        services.AddHostedService<StartupLine>();
        services.AddSingleton<DemoAccess>();
        services.AddHostedService<DemoWarning>();
        return services;
    }

    private static void AddPipeline(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddErrorAnswers();
        services.AddTrustedProxies(configuration);
        services.AddAnsweredHosts();
        services.AddSingleton<ICorsPolicyProvider, ClientOrigins>();
        services.AddCors();
    }
}
