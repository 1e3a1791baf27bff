using OAuthServer.Settings;

namespace OAuthServer.RateLimits;

/// <summary>Adds all that counts requests and guesses.</summary>
internal static class BudgetRegistration
{
    /// <summary>
    /// Binds and validates <see cref="RateLimitOptions"/>; adds the budgets of addresses, clients and accounts.
    /// </summary>
    public static IServiceCollection AddBudgets(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(RateLimitOptions.Section);
        services.AddOptions<RateLimitOptions, RateLimitOptionsValidator>(section);
        services.AddSingleton<UsedUpBudgets>();
        services.AddSingleton<SharedBudgets>();
        services.AddHostedService(provider => provider.GetRequiredService<SharedBudgets>());
        services.AddSingleton<AddressBudgets>();
        services.AddSingleton<SecretGuesses>();
        services.AddSingleton<PasswordGuesses>();
        services.AddSingleton<HashWork>();
        return services;
    }
}
