using System.Net;
using OAuthServer.Bench.Database;
using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Servers;

/// <summary>A server that runs and is ready.</summary>
internal sealed class MeasuredServer(string name, ChildProcess process, IPEndPoint address, ServerRoutes routes)
    : IAsyncDisposable
{
    public string Name => name;

    public IPEndPoint Address => address;

    public ServerRoutes Routes => routes;

    /// <summary>The server's process and its children.</summary>
    public ProcessTree Processes { get; } = new(process.Id);

    /// <summary>The id of the server's own process.</summary>
    public int ProcessId => process.Id;

    /// <summary>
    /// From the start of the process to the first 200 of its readiness route; one figure for each start.
    /// </summary>
    public required IReadOnlyList<TimeSpan> TimesToReady { get; init; }

    /// <summary>Its database; null when it has none.</summary>
    public BenchDatabase? Database { get; init; }

    /// <summary>For an API: the server that issues its tokens.</summary>
    public MeasuredServer? Issuer { get; init; }

    /// <summary>Header lines of every request, each ended by CR LF: what the proxy in front would add.</summary>
    public string Headers { get; init; } = "";

    /// <summary>Header lines of an authorization request besides: the browser's cookies.</summary>
    public string BrowserHeaders { get; init; } = "";

    /// <inheritdoc />
    public ValueTask DisposeAsync() => process.DisposeAsync();
}
