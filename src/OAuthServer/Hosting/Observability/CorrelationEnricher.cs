using Serilog.Core;
using Serilog.Events;

namespace OAuthServer.Hosting.Observability;

/// <summary>
/// Gives each log line of a request the correlation id that its answer carries. The framework's own <c>RequestId</c>
/// is fixed before that id is made. It works when a line is written, so a request that writes none pays nothing.
/// </summary>
internal sealed class CorrelationEnricher(IHttpContextAccessor http) : ILogEventEnricher
{
    private const string Property = "CorrelationId";

    /// <inheritdoc/>
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (http.HttpContext is { } context)
            logEvent.AddPropertyIfAbsent(new(Property, new ScalarValue(context.TraceIdentifier)));
    }
}
