using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Clients;

/// <summary>Section <c>ClientSecrets</c>: what a client secret costs to hash, and so to guess.</summary>
internal sealed class ClientSecretOptions
{
    /// <summary>
    /// The bcrypt cost of hashes that we make, and the work that a wrong secret and an unknown client take at least: 2 to
    /// the power of this, in rounds. A row whose hash has a higher cost takes longer, which tells a guesser that it exists.
    /// </summary>
    public int Cost { get; set; } = 12;
}

/// <summary>The schema takes hashes of these costs and no others.</summary>
internal sealed class ClientSecretOptionsValidator : IValidateOptions<ClientSecretOptions>
{
    private const int Lowest = 10;
    private const int Highest = 14;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ClientSecretOptions options) => options.Cost is >= Lowest and <= Highest
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"ClientSecrets:Cost must be from {Lowest} to {Highest}, the bcrypt costs that oauth_clients takes.");
}

internal static class ClientSecretRegistration
{
    /// <summary>Adds the validated options, for the server and for <c>clients hash-secret</c>.</summary>
    public static IServiceCollection AddClientSecrets(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<ClientSecretOptions>, ClientSecretOptionsValidator>();
        services.AddOptions<ClientSecretOptions>().BindStrictly(configuration.GetSection("ClientSecrets")).ValidateOnStart();
        return services;
    }
}
