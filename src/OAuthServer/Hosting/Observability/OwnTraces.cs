using System.Diagnostics;

namespace OAuthServer.Hosting.Observability;

/// <summary>
/// Begins a trace of our own for every request, whatever <c>traceparent</c>, <c>tracestate</c> or <c>baggage</c> it
/// brings (Trace Context §4.3, restart of a trace at a boundary of trust). Everybody may call us, and who chooses
/// the trace's id or its sampled flag chooses what is recorded, and into whose trace.
/// </summary>
internal sealed class OwnTraces : DistributedContextPropagator
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Fields => [];

    /// <inheritdoc/>
    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        // What we call ourselves is not asked here: this one reads the requests that come in.
    }

    /// <inheritdoc/>
    public override void ExtractTraceIdAndState(
        object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        (traceId, traceState) = (null, null);

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(
        object? carrier, PropagatorGetterCallback? getter) => null;
}
