using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Testing;
using Serilog.Core;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>A server that logs, traces and measures all that it can, and what it told.</summary>
public sealed class TalkativeServer : OwnServer
{
    private readonly CollectedTelemetry _telemetry = new();

    public CollectedLog Log { get; } = new();

    /// <summary>What traces and metrics told so far.</summary>
    public IReadOnlyCollection<string> Telemetry => _telemetry.Lines;

    protected override TestServerOptions Options => new()
    {
        Settings = CollectedLog.MostVerbose,
        Services = services => services.AddSingleton<ILogEventSink>(Log),
    };

    /// <summary>One of a test's own.</summary>
    public static async Task<TalkativeServer> StartAsync()
    {
        var started = new TalkativeServer();
        await started.InitializeAsync();
        return started;
    }

    /// <summary>Fails with the log events, spans, measurements and audit rows that hold one of the markers.</summary>
    public async Task AssertToldNoneOfAsync(IEnumerable<string?> markers)
    {
        var rows = await Server.Database.QueryAsync("SELECT to_jsonb(a)::text AS line FROM oauth_audit_events a");
        string[] lines = [.. Log.Events, .. Telemetry, .. rows.Select(row => (string)row["line"]!)];
        string[] searched =
        [
            .. markers.Select(marker => string.IsNullOrEmpty(marker)
                ? throw new ArgumentException("A marker was not made.", nameof(markers))
                : marker),
        ];
        Assert.NotEmpty(searched);
        Assert.Empty(
            searched.SelectMany(marker => lines.Where(line => line.Contains(marker, StringComparison.OrdinalIgnoreCase))
                .Select(line => $"{marker} in: {line}")));
    }

    public override async ValueTask DisposeAsync()
    {
        _telemetry.Dispose();
        await base.DisposeAsync();
    }
}
