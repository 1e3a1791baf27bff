using OAuthServer.Bench.Load;
using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Reports;

/// <summary>
/// One measured run of one workload against one server. Times are milliseconds; those of processors are per operation.
/// </summary>
/// <param name="FirstFault">What the first failed operation got; null when none failed.</param>
/// <param name="PostgresCpu">Null when PostgreSQL runs elsewhere.</param>
/// <param name="ClientCpu">The load generator's own.</param>
/// <param name="Statements">SQL statements per operation; null when nobody counts them.</param>
/// <param name="PeakMegabytes">Resident memory of the server, 10^6 bytes.</param>
/// <param name="Busy">Share of the machine's processors at work, 0 to 1.</param>
/// <param name="Others">The part of it that was neither server, PostgreSQL nor load generator: other programs
/// disturb.</param>
/// <param name="Steal">Share that the hypervisor took away.</param>
internal sealed record Measurement(
    string Server, string Workload, int Connections, long Operations, double PerSecond, long Errors,
    string? FirstFault, Latency Latency,
    double ServerCpu, double? PostgresCpu, double ClientCpu, double? Statements, double PeakMegabytes, double Busy,
    double Others, double Steal)
{
    /// <summary>Server and database together: the figure to steer by.</summary>
    public double Cpu => ServerCpu + (PostgresCpu ?? 0);

    public static Measurement Of(
        string server, string workload, int connections, LoadResult load, Usage used, long peakBytes)
    {
        var operations = Math.Max(1, load.Operations);
        var accounted = used.Server + (used.Postgres ?? TimeSpan.Zero) + used.Client;
        return new Measurement(
            server, workload, connections, load.Operations, load.PerSecond, load.Errors, load.FirstFault, load.Latency,
            used.Server.TotalMilliseconds / operations,
            used.Postgres?.TotalMilliseconds / operations,
            used.Client.TotalMilliseconds / operations,
            (double?)used.Statements / operations, peakBytes / 1e6,
            used.Machine.Busy / used.Machine.All,
            Math.Max(0, (used.Machine.Busy - accounted) / used.Machine.All),
            used.Machine.Steal / used.Machine.All);
    }
}
