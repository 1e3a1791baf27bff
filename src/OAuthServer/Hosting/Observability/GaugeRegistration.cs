using System.Diagnostics.Metrics;
using OAuthServer.Audit;

namespace OAuthServer.Hosting.Observability;

/// <summary>Adds the gauges of every area.</summary>
internal static class GaugeRegistration
{
    public static IServiceCollection AddGauges(this IServiceCollection services)
    {
        services.AddSingleton<IGauges, KeyGauges>();
        services.AddSingleton<IGauges, CacheGauges>();
        services.AddSingleton<IGauges, BudgetGauges>();
        services.AddSingleton<IGauges, SweepGauges>();
        services.AddSingleton<IGauges, MailGauges>();
        return services;
    }

    /// <summary>Puts them on the meter of the host, before anybody listens.</summary>
    public static void UseGauges(this IServiceProvider services)
    {
        var meter = services.GetRequiredService<IMeterFactory>().Create(ServerTelemetry.Name);
        foreach (var gauges in services.GetServices<IGauges>()) gauges.AddTo(meter);
    }
}

/// <summary>The tags of gauges.</summary>
internal static class GaugeTags
{
    public static KeyValuePair<string, object?> Of(string name, string value) => new(name, value);
}
