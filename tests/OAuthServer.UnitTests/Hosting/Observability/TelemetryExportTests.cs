using Microsoft.Extensions.Configuration;
using OAuthServer.Hosting.Observability;

namespace OAuthServer.UnitTests.Hosting.Observability;

/// <summary>The standard variables of OpenTelemetry say what is exported.</summary>
public sealed class TelemetryExportTests
{
    [Theory]
    [InlineData("", false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=", false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317", true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://collector:4317", true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://collector:4317", false, true)]
    [InlineData("OTEL_METRICS_EXPORTER=otlp", true, false)]
    [InlineData("OTEL_TRACES_EXPORTER=otlp", false, true)]
    [InlineData("OTEL_TRACES_EXPORTER=none OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317", true, false)]
    [InlineData("OTEL_METRICS_EXPORTER=none OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://collector:4317", false, false)]
    [InlineData(
        "OTEL_SDK_DISABLED=TRUE OTEL_METRICS_EXPORTER=otlp OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317",
        false, false)]
    [InlineData("OTEL_SDK_DISABLED=false OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317", true, true)]
    public void A_signal_is_exported_when_a_variable_asks_for_it(string variables, bool metrics, bool traces)
    {
        var export = Read(variables);
        Assert.Equal((metrics, traces), (export.Metrics, export.Traces));
        Assert.Empty(export.Faults);
    }

    [Theory]
    [InlineData(
        "OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317",
        "OTEL_EXPORTER_OTLP_ENDPOINT must be an absolute http or https address.")]
    [InlineData(
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=/traces",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must be an absolute http or https address.")]
    [InlineData("OTEL_METRICS_EXPORTER=prometheus", "OTEL_METRICS_EXPORTER must be otlp or none.")]
    [InlineData("OTEL_TRACES_EXPORTER=zipkin", "OTEL_TRACES_EXPORTER must be otlp or none.")]
    public void A_value_that_cannot_be_used_is_a_fault_of_the_configuration(string variables, string fault)
    {
        var export = Read(variables);
        Assert.Equal([fault], export.Faults);
        Assert.Equal([fault], new TelemetryOptionsValidator(export).Validate(null, new TelemetryOptions()).Failures);
    }

    private static TelemetryExport Read(string variables)
    {
        var settings = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]));
        return TelemetryExport.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
    }
}
