using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Clients;

/// <summary>Section <c>Clients</c>: how registered clients are kept in memory.</summary>
internal sealed class ClientCacheOptions
{
    /// <summary>How long a client is believed without asking the database, should a notification of its change be lost.</summary>
    public TimeSpan CacheLifetime { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>From a second, so that a warm request asks nothing, to five minutes.</summary>
internal sealed class ClientCacheOptionsValidator : IValidateOptions<ClientCacheOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ClientCacheOptions options) => options.CacheLifetime >= Shortest && options.CacheLifetime <= Longest
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail("Clients:CacheLifetime must be from 00:00:01 to 00:05:00.");
}

internal static class ClientCacheRegistration
{
    /// <summary>Adds the clients in memory, what listens for their changes, and what notes the use of their secrets.</summary>
    public static IServiceCollection AddClientCache(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<ClientCacheOptions>, ClientCacheOptionsValidator>();
        services.AddOptions<ClientCacheOptions>().BindStrictly(configuration.GetSection("Clients")).ValidateOnStart();
        services.AddSingleton<ClientDirectory>().AddHostedService<ClientChangeListener>();
        services.AddSingleton<SecretUses>().AddSingleton<Storage.ClientSecretUses>().AddHostedService<SecretUseWriter>();
        return services;
    }
}
