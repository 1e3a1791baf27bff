using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Hosting.Management;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OAuthServer.Hosting.Observability;

/// <summary>Adds the instruments, and OpenTelemetry where the standard variables ask for it.</summary>
internal static class TelemetryRegistration
{
    private const string ServiceName = "oauthserver";

    /// <summary>
    /// Registers <see cref="ServerTelemetry"/>. Without a variable that asks for an export, and without metrics at the
    /// management port, there is no OpenTelemetry in the host at all, so nobody listens and nothing is measured.
    /// </summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var export = TelemetryExport.Read(configuration);
        services.AddSingleton<IValidateOptions<TelemetryOptions>>(new TelemetryOptionsValidator(export));
        services.AddOptions<TelemetryOptions>().ValidateOnStart();
        services.AddSingleton<DistributedContextPropagator, OwnTraces>();
        services.AddSingleton(provider => new ServerTelemetry(
            provider.GetRequiredService<IMeterFactory>().Create(ServerTelemetry.Name),
            provider.GetRequiredService<TimeProvider>()));
        if (export.Faults.Count == 0) services.AddExport(export, configuration);
        return services;
    }

    private static void AddExport(
        this IServiceCollection services, TelemetryExport export, IConfiguration configuration)
    {
        var isScraped = ManagementPipeline.IsScraped(configuration);
        if (!export.Metrics && !export.Traces && !isScraped) return;
        var telemetry = services.AddOpenTelemetry().ConfigureResource(Describe);
        if (export.Metrics || isScraped) telemetry.WithMetrics(metrics => Measure(metrics));
        if (export.Metrics) telemetry.WithMetrics(metrics => metrics.AddOtlpExporter(To("METRICS")));
        if (isScraped) telemetry.WithMetrics(metrics => metrics.AddPrometheusExporter());
        if (export.Traces) telemetry.WithTracing(traces => Trace(traces).AddOtlpExporter(To("TRACES")));

        Action<OtlpExporterOptions> To(string signal) => otlp => Direct(otlp, configuration, signal);
    }

    // What the environment says of the resource comes last, and so wins.
    private static void Describe(ResourceBuilder resource) => resource.Clear()
        .AddService(ServiceName, serviceVersion: ServerVersion.Full)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private static MeterProviderBuilder Measure(MeterProviderBuilder metrics) => metrics
        .AddMeter(ServerTelemetry.Name, "Npgsql")
        .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
        .AddRuntimeInstrumentation();

    private static TracerProviderBuilder Trace(TracerProviderBuilder traces)
    {
        // Else the library reads the headers once more, by its own propagator, and takes up the caller's trace after
        // all.
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
        return traces
            .AddAspNetCoreInstrumentation(requests => requests.Filter = IsNoProbe)
            .AddSource(ServerTelemetry.Name, "Npgsql")
            .AddProcessor(new ServerSpanTags());
    }

    private static bool IsNoProbe(HttpContext http) => !http.Request.Path.StartsWithSegments("/health");

    // The exporter reads the variables that are for all signals; those of one signal count more.
    private static void Direct(OtlpExporterOptions otlp, IConfiguration configuration, string signal)
    {
        if (Of("PROTOCOL") is { } protocol)
            otlp.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        if (Of("ENDPOINT") is { } endpoint) otlp.Endpoint = new Uri(endpoint);
        if (Of("HEADERS") is { } headers) otlp.Headers = headers;
        if (int.TryParse(Of("TIMEOUT"), out var milliseconds)) otlp.TimeoutMilliseconds = milliseconds;

        string? Of(string name) =>
            configuration[TelemetryExport.Variable(signal, name)] is { Length: > 0 } value ? value : null;
    }
}
