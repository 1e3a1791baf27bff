using OAuthServer.Bench.Load;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Workloads;

/// <summary>A kind of operation that callers repeat.</summary>
/// <param name="Name">As in tables and in <c>--only</c>.</param>
/// <param name="Fits">Whether a server has the endpoints for it.</param>
/// <param name="Worker">Makes one caller; its first requests, outside any measurement, may go over the connection.</param>
internal sealed record Workload(string Name, Func<MeasuredServer, bool> Fits, Func<MeasuredServer, HttpConnection, IWorker> Worker)
{
    /// <summary>All of them, in the order of the tables.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("refresh", server => server.Routes.Refresh is not null, (server, connection) => new RefreshWorker(server, connection)),
        new("code", server => server.Routes.Authorize is not null, (server, _) => new CodeWorker(server)),
    ];
}
