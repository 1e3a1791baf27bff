using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>
/// Every span of every source and every measurement of every meter of this process, as text; equal lines are kept once.
/// </summary>
internal sealed class CollectedTelemetry : IDisposable
{
    private readonly ConcurrentDictionary<string, byte> _lines = new(StringComparer.Ordinal);
    private readonly ActivityListener _spans;
    private readonly MeterListener _measurements = new();

    public CollectedTelemetry()
    {
        _spans = new ActivityListener
        {
            // The HTTP client here is the tests' own: what it sends is what is not to be told.
            ShouldListenTo = source => !source.Name.StartsWith("System.Net.", StringComparison.Ordinal)
                && !source.Name.StartsWith("Experimental.System.Net.", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Keep,
        };
        ActivitySource.AddActivityListener(_spans);
        _measurements.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != "System.Net.Http" && instrument.Meter.Name != "System.Net.NameResolution")
                listener.EnableMeasurementEvents(instrument);
        };
        _measurements.SetMeasurementEventCallback<byte>(Keep);
        _measurements.SetMeasurementEventCallback<short>(Keep);
        _measurements.SetMeasurementEventCallback<int>(Keep);
        _measurements.SetMeasurementEventCallback<long>(Keep);
        _measurements.SetMeasurementEventCallback<float>(Keep);
        _measurements.SetMeasurementEventCallback<double>(Keep);
        _measurements.SetMeasurementEventCallback<decimal>(Keep);
        _measurements.Start();
    }

    /// <summary>What was told so far.</summary>
    public IReadOnlyCollection<string> Lines
    {
        get
        {
            _measurements.RecordObservableInstruments();
            return [.. _lines.Keys];
        }
    }

    public void Dispose()
    {
        _spans.Dispose();
        _measurements.Dispose();
    }

    private void Keep(Activity span) => _lines.TryAdd(string.Join('\n',
    [
        $"span {span.Source.Name}: {span.OperationName}, {span.DisplayName}, {span.StatusDescription}, "
            + $"{span.TraceStateString}", .. Told(span.TagObjects), .. span.Baggage.Select(b => $"{b.Key}={b.Value}"),
        .. span.Events.SelectMany(e => Told(e.Tags).Prepend(e.Name)),
        .. span.Links.SelectMany(link => Told(link.Tags ?? [])),
    ]), 0);

    private void Keep<T>(
        Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        _lines.TryAdd(
            string.Join('\n', [$"measurement {instrument.Meter.Name}: {instrument.Name}", .. Told(tags.ToArray())]), 0);

    private static IEnumerable<string> Told(IEnumerable<KeyValuePair<string, object?>> tags) =>
        tags.Select(
            tag => $"{tag.Key}={(tag.Value is Array many ? string.Join(',', many.Cast<object?>()) : tag.Value)}");
}
