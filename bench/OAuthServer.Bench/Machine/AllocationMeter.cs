using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace OAuthServer.Bench.Machine;

/// <summary>
/// Asks a running .NET program how fast it allocates, by the runtime's own counter. It costs the program next to
/// nothing, but is kept out of measured runs.
/// </summary>
internal static class AllocationMeter
{
    private const string Provider = "System.Runtime";

    /// <summary>Bytes per second on the managed heap, over so long.</summary>
    public static async Task<double> BytesPerSecondAsync(int processId, TimeSpan length, CancellationToken ct)
    {
        var provider = new EventPipeProvider(
            Provider,
            EventLevel.Informational,
            arguments: new Dictionary<string, string> { ["EventCounterIntervalSec"] = "1" });
        using var session = await new DiagnosticsClient(processId)
            .StartEventPipeSessionAsync(provider, requestRundown: false, token: ct);
        using var source = new EventPipeEventSource(session.EventStream);
        var (bytes, seconds) = (0.0, 0.0);
        source.Dynamic.All += traced =>
        {
            if (traced.EventName != "EventCounters"
                || traced.PayloadByName("") is not IDictionary<string, object> outer) return;
            if (outer["Payload"] is not IDictionary<string, object> counter || counter["Name"] is not "alloc-rate")
                return;
            bytes += Convert.ToDouble(counter["Increment"], CultureInfo.InvariantCulture);
            seconds += Convert.ToDouble(counter["IntervalSec"], CultureInfo.InvariantCulture);
        };
        var reading = Task.Factory.StartNew(
            source.Process, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.Delay(length, ct);
        await session.StopAsync(ct);
        await reading;
        return seconds > 0
            ? bytes / seconds
            : throw new InvalidOperationException("The program did not tell how much it allocates.");
    }
}
