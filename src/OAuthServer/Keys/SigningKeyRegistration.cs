using Amazon;
using Microsoft.Extensions.Options;
using OAuthServer.Keys.SecretsManager;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Keys;

internal static class SigningKeyRegistration
{
    /// <summary>
    /// Registers the ring, its source and refresher, the validated options, and the health check <c>signing-key</c>
    /// tagged <c>ready</c> and <c>documents</c>.
    /// </summary>
    public static IServiceCollection AddSigningKeys(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<SigningKeyOptions>, SigningKeyOptionsValidator>();
        services.AddOptions<SigningKeyOptions>()
            .Configure<IHostEnvironment>((options, environment) =>
            {
                if (environment.IsDevelopment()) options.Source = SigningKeySource.File;
            })
            .BindStrictly(configuration.GetSection(SigningKeyOptions.Section))
            .ValidateOnStart();
        services.AddSingleton(CreateSource);
        services.AddSingleton(CreateServerSecretSource);
        services.AddDatabaseSecret(configuration);
        services.AddSingleton<KeyRing>();
        services.AddSingleton<KeyRefresher>();

        // The signal first: until it is taken care of it would end the process.
        services.AddHostedService<ReloadSignal>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyRefresher>());
        services.AddHealthChecks().AddCheck<KeyRingHealthCheck>("signing-key", tags: ["ready", "documents"]);
        return services;
    }

    /// <summary>Registers what keeps <c>oauth_signing_keys</c>, where there is a database.</summary>
    public static IServiceCollection AddKeyHistory(this IServiceCollection services)
    {
        services.AddSingleton<KeyHistory>();
        return services.AddHostedService(provider => provider.GetRequiredService<KeyHistory>());
    }

    // The password of the database may be a secret beside the keys, whatever those are kept in.
    private static void AddDatabaseSecret(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration.GetConnectionString("OAuthServerPasswordSecret") is not { Length: > 0 } secretId) return;
        services.AddSingleton<IDatabasePassword>(provider => new ManagedDatabasePassword(
            () => new AmazonSecretsManagerClient(
                Config(provider.GetRequiredService<IOptions<SigningKeyOptions>>().Value)),
            secretId,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ManagedDatabasePassword>>()));
    }

    private static IKeySource CreateSource(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<SigningKeyOptions>>().Value;
        if (options.Source == SigningKeySource.SecretsManager) return SecretsManager(options);
        var environment = services.GetRequiredService<IHostEnvironment>();
        var clock = services.GetRequiredService<TimeProvider>();
        return new FileKeySource(Folder(options, environment), environment.IsDevelopment(), clock);
    }

    private static IServerSecretSource CreateServerSecretSource(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<SigningKeyOptions>>().Value;
        if (options.Source == SigningKeySource.SecretsManager) return ManagedServerSecret(options);
        var folder = Folder(options, services.GetRequiredService<IHostEnvironment>());
        return new FileServerSecretSource(folder, services.GetRequiredService<TimeProvider>());
    }

    private static string Folder(SigningKeyOptions options, IHostEnvironment environment) =>
        Path.GetFullPath(options.Directory, environment.ContentRootPath);

    // On its own, so that the SDK is loaded where it is used.
    private static SecretsManagerKeySource SecretsManager(SigningKeyOptions options) =>
        new(() => new AmazonSecretsManagerClient(Config(options)), options.SecretId);

    private static SecretsManagerServerSecretSource ManagedServerSecret(SigningKeyOptions options) =>
        new(() => new AmazonSecretsManagerClient(Config(options)), options.ServerSecretId);

    internal static AmazonSecretsManagerConfig Config(SigningKeyOptions options)
    {
        var config = new AmazonSecretsManagerConfig();
        if (options.ServiceUrl is not null)
        {
            // The SDK clears the region when an address is set, so the region is told to the signer.
            config.ServiceURL = options.ServiceUrl;
            config.AuthenticationRegion = options.Region ?? "us-east-1";
        }
        else if (options.Region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return config;
    }
}
