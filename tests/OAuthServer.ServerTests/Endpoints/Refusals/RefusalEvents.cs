using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Events;

namespace OAuthServer.ServerTests.Endpoints.Refusals;

/// <summary>The log events of servers, to be found by the correlation id of an answer.</summary>
public sealed class RefusalEvents : ILogEventSink
{
    private readonly ConcurrentQueue<LogEvent> _events = new();

    public void Emit(LogEvent logEvent) => _events.Enqueue(logEvent);

    /// <summary>Everything of one request.</summary>
    public IReadOnlyList<LogEvent> Of(string correlationId) =>
        [.. _events.Where(entry => Text(entry, "CorrelationId") == correlationId)];

    /// <summary>The lines that name the refusal of one request.</summary>
    public IReadOnlyList<LogEvent> RefusalsOf(string correlationId) => Of(correlationId, 1001);

    /// <summary>The lines of one request with an event id.</summary>
    public IReadOnlyList<LogEvent> Of(string correlationId, int eventId) =>
        [.. Of(correlationId).Where(entry => EventId(entry) == eventId)];

    /// <summary>A property as text; null when it is absent or null.</summary>
    public static string? Text(LogEvent entry, string property) =>
        entry.Properties.TryGetValue(property, out var value) && value is ScalarValue { Value: { } scalar }
            ? scalar.ToString()
            : null;

    /// <summary>All that the event says.</summary>
    public static string Whole(LogEvent entry) =>
        string.Join('\n', entry.Properties.Select(p => $"{p.Key}={p.Value}").Prepend(entry.RenderMessage(null)).Append(
            entry.Exception?.ToString()));

    private static int? EventId(LogEvent entry) =>
        entry.Properties.TryGetValue("EventId", out var value)
            && value is StructureValue { Properties: var parts }
            && parts.FirstOrDefault(part => part.Name == "Id")?.Value is ScalarValue { Value: int id } ? id : null;
}
