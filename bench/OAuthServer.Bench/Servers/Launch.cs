using System.Diagnostics;
using System.Net;
using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Servers;

/// <summary>A server's process that answers, and how long that took.</summary>
internal sealed record Launch(ChildProcess Process, TimeSpan TimeToReady)
{
    /// <summary>Starts a published program and waits until it is ready; one that is not is ended again.</summary>
    /// <param name="headers">Header lines that its readiness route needs.</param>
    public static async Task<Launch> StartAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment,
        IPEndPoint address, ServerRoutes routes, string headers, string log, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var process = ChildProcess.Start(
            "dotnet", [program, .. arguments], environment, log, Path.GetDirectoryName(program)!);
        try
        {
            return new Launch(process, await Readiness.WaitAsync(process, address, routes.Ready, headers, started, ct));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
