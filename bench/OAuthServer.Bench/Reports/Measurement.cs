using OAuthServer.Bench.Load;
using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Reports;

/// <summary>One measured run of one workload against one server.</summary>
/// <param name="ServerCpu">Milliseconds of processor time per operation; the other two likewise.</param>
/// <param name="Statements">SQL statements per operation.</param>
/// <param name="PeakMegabytes">Resident memory of the server, in 10^6 bytes.</param>
internal sealed record Measurement(
    string Server, string Workload, int Connections, long Operations, double PerSecond, long Errors, string? FirstFault, Latency Latency,
    double ServerCpu, double PostgresCpu, double ClientCpu, double Statements, double PeakMegabytes)
{
    /// <summary>Server and database together: the figure to steer by.</summary>
    public double Cpu => ServerCpu + PostgresCpu;

    public static Measurement Of(string server, string workload, int connections, LoadResult load, Usage used, long peakBytes)
    {
        var operations = Math.Max(1, load.Operations);
        return new Measurement(
            server, workload, connections, load.Operations, load.PerSecond, load.Errors, load.FirstFault, load.Latency,
            used.Server.TotalMilliseconds / operations, used.Postgres.TotalMilliseconds / operations, used.Client.TotalMilliseconds / operations,
            (double)used.Statements / operations, peakBytes / 1e6);
    }
}
