using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OAuthServer.Testing;

/// <summary>Keeps what is logged.</summary>
public class RecordedLog : ILogger
{
    private readonly ConcurrentQueue<(int Id, LogLevel Level, string Text)> _events = new();

    /// <summary>Each event's number, its level and its text.</summary>
    public IReadOnlyList<string> Lines => [.. _events.Select(line => $"{line.Id} {line.Level}: {line.Text}")];

    /// <summary>The text of each event.</summary>
    public IReadOnlyList<string> Texts => [.. _events.Select(line => line.Text)];

    /// <summary>All lines in one.</summary>
    public string Text => string.Join('\n', Lines);

    /// <summary>The texts of one kind of event.</summary>
    public IReadOnlyList<string> Of(int id) => [.. _events.Where(line => line.Id == id).Select(line => line.Text)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        _events.Enqueue((eventId.Id, logLevel, formatter(state, exception)));
    }
}

/// <summary>The same, of one class.</summary>
public sealed class RecordedLog<T> : RecordedLog, ILogger<T>;
