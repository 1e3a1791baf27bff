using System.Diagnostics;
using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Servers;

/// <summary>A host of <c>bench/</c> beside ours: it makes its own schema and seeds the client at its start.</summary>
internal sealed class CompanionServer(string name, string folder, ServerRoutes routes) : IServerStarter
{
    /// <summary>The least that a refresh can cost on this stack: no checks, no authorization server.</summary>
    public static CompanionServer Floor { get; } = new("floor", "bench/floor", new("/ready", Refresh: "/floor/refresh", FirstRefreshToken: "/floor/start"));

    /// <summary>The nearest relative, on the same stack.</summary>
    public static CompanionServer OpenIddict { get; } = new("openiddict", "bench/peers/OpenIddict", new("/ready", "/connect/authorize", "/connect/token", "/connect/token", "/connect/revoke"));

    /// <inheritdoc />
    public string Name => name;

    /// <inheritdoc />
    public async Task<MeasuredServer> StartAsync(TestBed bed, CancellationToken ct)
    {
        var program = Checkout.Program(folder);
        var database = await bed.Cluster.CreateDatabaseAsync("bench_" + name, ct);
        var address = Readiness.FreeAddress();
        var started = Stopwatch.GetTimestamp();
        var process = ChildProcess.Start(
            "dotnet", [program, "--urls", $"http://{address}", "--connection", database.ConnectionString, "--key", bed.KeyPath],
            new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production" }, bed.LogOf(name), Path.GetDirectoryName(program)!);
        try
        {
            return new MeasuredServer(name, process, address, routes, database) { TimeToReady = await Readiness.WaitAsync(process, address, routes.Ready, "", started, ct) };
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
