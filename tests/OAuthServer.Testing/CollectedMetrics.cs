using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace OAuthServer.Testing;

/// <summary>A measurement: the instrument, its tags as <c>key=value</c> in order, and the value.</summary>
public sealed record Measured(string Instrument, string Tags, double Value);

/// <summary>
/// What the instruments of one server are given, of its own and of the framework's meters; other servers of this
/// process are left out.
/// </summary>
public sealed class CollectedMetrics : IDisposable
{
    private readonly ConcurrentQueue<Measured> _measurements = new();
    private readonly MeterListener _listener = new();

    /// <summary>Listens to a server from now on.</summary>
    public CollectedMetrics(TestServer server)
    {
        var scope = server.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, scope)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>(Keep);
        _listener.SetMeasurementEventCallback<long>(Keep);
        _listener.SetMeasurementEventCallback<double>(Keep);
        _listener.Start();
    }

    /// <summary>Everything so far.</summary>
    public IReadOnlyCollection<Measured> All => _measurements;

    /// <summary>What the gauges say at this moment.</summary>
    public IReadOnlyList<Measured> Read(string gauge)
    {
        var before = _measurements.Count;
        _listener.RecordObservableInstruments();
        return [.. _measurements.Skip(before).Where(m => m.Instrument == gauge)];
    }

    /// <summary>
    /// How often an instrument was given exactly these tags, as <c>key=value</c> in order of the keys.
    /// </summary>
    public int Count(string instrument, params string[] tags) =>
        _measurements.Count(m => m.Instrument == instrument && m.Tags == string.Join(' ', tags));

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Keep<T>(
        Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        where T : IConvertible
    {
        var told = tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal);
        _measurements.Enqueue(new(instrument.Name, string.Join(' ', told), value.ToDouble(null)));
    }
}
