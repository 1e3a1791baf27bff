using Microsoft.Extensions.Options;
using OAuthServer.Configuration;

namespace OAuthServer.Hosting.Stopping;

/// <summary>How the host stops.</summary>
internal static class StoppingRegistration
{
    /// <summary>Registers the validated options, the drain and its health check, tagged <c>ready</c>.</summary>
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
        services.AddOptions<HostOptions>().Configure<IOptions<ShutdownOptions>>((host, options) => host.ShutdownTimeout = options.Value.Timeout);
        services.AddSingleton<Drain>().AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddHealthChecks().AddCheck<DrainHealthCheck>("stopping", tags: ["ready"]);
        return services;
    }
}
