using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Events;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>Every log event of a server, as text: message, template, properties and exception.</summary>
public sealed class CollectedLog : ILogEventSink
{
    private readonly ConcurrentQueue<string> _events = new();

    /// <summary>What was logged so far.</summary>
    public IReadOnlyCollection<string> Events => _events;

    /// <summary>The settings that make a server log all that it can.</summary>
    public static Dictionary<string, string?> MostVerbose => new()
    {
        ["Serilog:MinimumLevel:Default"] = "Verbose",
        ["Serilog:MinimumLevel:Override:Microsoft"] = "Verbose",
        ["Serilog:MinimumLevel:Override:Microsoft.Hosting.Lifetime"] = "Verbose",
        ["Serilog:MinimumLevel:Override:Microsoft.AspNetCore"] = "Verbose",
        ["Serilog:MinimumLevel:Override:Microsoft.AspNetCore.Hosting.Diagnostics"] = "Verbose",
        ["Serilog:MinimumLevel:Override:Microsoft.EntityFrameworkCore"] = "Verbose",
        ["Serilog:MinimumLevel:Override:Npgsql"] = "Verbose",
        ["Serilog:MinimumLevel:Override:System"] = "Verbose",
    };

    public void Emit(LogEvent logEvent) => _events.Enqueue(string.Join('\n',
        (IEnumerable<string?>)[
            logEvent.RenderMessage(null),
            logEvent.MessageTemplate.Text,
            .. logEvent.Properties.Select(p => $"{p.Key}={p.Value}"),
            logEvent.Exception?.ToString(),
        ]));
}
