using OAuthServer.Settings;

namespace OAuthServer.Hosting.Observability;

/// <summary>
/// Which signals are exported by OTLP, as the standard variables of OpenTelemetry say; neither while none of them is
/// set.
/// </summary>
/// <param name="Metrics">Whether metrics are.</param>
/// <param name="Traces">Whether traces are.</param>
/// <param name="Faults">Values that cannot be used.</param>
internal sealed record TelemetryExport(bool Metrics, bool Traces, IReadOnlyList<string> Faults)
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>A variable of one signal, such as <c>OTEL_EXPORTER_OTLP_METRICS_ENDPOINT</c>.</summary>
    public static string Variable(string signal, string name) => $"OTEL_EXPORTER_OTLP_{signal}_{name}";

    /// <summary>Reads the variables, which the host's configuration has too.</summary>
    public static TelemetryExport Read(IConfiguration configuration)
    {
        if (IsTrue(configuration["OTEL_SDK_DISABLED"])) return new(false, false, []);
        var faults = new List<string>();
        foreach (var name in (string[])[Endpoint, Variable("METRICS", "ENDPOINT"), Variable("TRACES", "ENDPOINT")])
        {
            if (configuration[name] is { Length: > 0 } address && !IsHttp(address))
                faults.Add($"{name} must be an absolute http or https address.");
        }

        return new(IsWanted(configuration, "METRICS", faults), IsWanted(configuration, "TRACES", faults), faults);
    }

    private static bool IsWanted(IConfiguration configuration, string signal, List<string> faults)
    {
        var exporter = $"OTEL_{signal}_EXPORTER";
        switch (configuration[exporter])
        {
            case null or "":
                return configuration[Endpoint] is { Length: > 0 }
                    || configuration[Variable(signal, "ENDPOINT")] is { Length: > 0 };
            case "otlp":
                return true;
            case "none":
                return false;
            default:
                faults.Add($"{exporter} must be otlp or none.");
                return false;
        }
    }

    private static bool IsTrue(string? value) => string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    private static bool IsHttp(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}

/// <summary>Tells the faults of the variables beside all others, before the server starts.</summary>
internal sealed class TelemetryOptions;

/// <summary>See <see cref="TelemetryExport.Faults"/>.</summary>
internal sealed class TelemetryOptionsValidator(TelemetryExport export) : OptionsValidator<TelemetryOptions>
{
    /// <inheritdoc/>
    protected override IEnumerable<string?> Faults(TelemetryOptions options) => export.Faults;
}
