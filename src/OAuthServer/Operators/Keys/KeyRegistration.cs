using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Keys;

/// <summary>Adds the operator's hand on the keys to a command, which goes on without a database.</summary>
internal static class KeyRegistration
{
    public static IServiceCollection AddKeyKeeper(this IServiceCollection services, string? connectionString)
    {
        var database = new DatabaseOptions { ConnectionString = connectionString ?? string.Empty };
        if (DatabaseOptions.IsReadable(database))
        {
            services.AddSingleton(_ => OAuthDatabase.Open(database.ConnectionString));
            services.AddSingleton(provider => new SigningKeys(provider.GetRequiredService<OAuthDatabase>()));
        }

        services.AddSingleton(provider => new KeyKeeper(
            provider.GetRequiredService<IKeySource>(),
            provider.GetRequiredService<IOptions<SigningKeyOptions>>(),
            provider.GetService<SigningKeys>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
