using Microsoft.Extensions.Options;
using OAuthServer.Clients.Assertions;
using OAuthServer.Clients.RemoteKeys;
using OAuthServer.Outgoing;
using OAuthServer.Settings;

namespace OAuthServer.Clients;

/// <summary>Adds registered clients and how they prove who they are.</summary>
internal static class ClientRegistration
{
    public static IServiceCollection AddClients(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ClientCacheOptions, ClientCacheOptionsValidator>(configuration.GetSection("Clients"));
        services.AddClientSecrets(configuration);
        services.AddSingleton<ResourceDirectory>();
        services.AddClientKeys(configuration);
        services.AddSingleton<ClientDirectory>();
        services.AddSingleton<IFollowsChanges>(provider => provider.GetRequiredService<ResourceDirectory>());
        services.AddSingleton<IFollowsChanges>(provider => provider.GetRequiredService<ClientDirectory>());
        services.AddSingleton<ClientSecretVerifier>();
        services.AddSingleton<ClientAuthenticator>();
        services.AddSingleton<SecretUses>();
        services.AddSingleton<ClientChangeListener>();
        services.AddHostedService(provider => provider.GetRequiredService<ClientChangeListener>());
        services.AddHostedService<ResourceWatch>();
        services.AddHostedService<SecretUseWriter>();
        services.AddHealthChecks().AddCheck<ResourceHealthCheck>("resources", tags: ["ready"]);
        return services;
    }

    /// <summary>Adds the validated options, for the server and for <c>clients hash-secret</c>.</summary>
    public static IServiceCollection AddClientSecrets(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ClientSecretOptions, ClientSecretOptionsValidator>(
            configuration.GetSection("ClientSecrets"));
        return services;
    }

    private static void AddClientKeys(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RemoteKeyOptions, RemoteKeyOptionsValidator>(
            configuration.GetSection(RemoteKeyOptions.Section));
        services.AddGuardedHttpClient(KeySetFetcher.HttpClientName, provider =>
        {
            var options = provider.GetRequiredService<IOptions<RemoteKeyOptions>>().Value;
            return new AddressRules(options.AllowedHosts, options.AllowedNetworks);
        });
        services.AddSingleton<KeySetFetcher>();
        services.AddSingleton<RemoteKeySets>();
        services.AddSingleton<AssertionVerifier>();
    }
}
