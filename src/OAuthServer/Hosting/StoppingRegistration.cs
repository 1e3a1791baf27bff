using System.Globalization;
using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>How the host stops.</summary>
internal static class StoppingRegistration
{
    /// <summary>
    /// Registers the validated options, the drain and its health check, tagged <c>ready</c> and <c>documents</c>.
    /// </summary>
    public static IServiceCollection AddStopping(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<ShutdownOptions>, ShutdownOptionsValidator>();
        services.AddOptions<ShutdownOptions>()
            .Configure<IHostEnvironment>((options, environment) =>
            {
                if (environment.IsDevelopment()) options.DrainTime = TimeSpan.Zero;
            })
            .BindStrictly(configuration.GetSection(ShutdownOptions.Section))
            .ValidateOnStart();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout(configuration));
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddHealthChecks().AddCheck<DrainHealthCheck>("stopping", tags: ["ready", "documents"]);
        return services;
    }

    // The host reads its own options before ours are validated, and one that throws there would hide all other faults.
    private static TimeSpan Timeout(IConfiguration configuration)
    {
        var configured = configuration[$"{ShutdownOptions.Section}:{nameof(ShutdownOptions.Timeout)}"];
        var isTime = TimeSpan.TryParse(configured, CultureInfo.InvariantCulture, out var timeout);
        return isTime && timeout > TimeSpan.Zero ? timeout : new ShutdownOptions().Timeout;
    }
}
