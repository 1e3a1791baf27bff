using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Database;

/// <summary>The PostgreSQL that the servers of a run use.</summary>
internal interface IPostgres : IAsyncDisposable
{
    /// <summary>Its processes; null when it runs elsewhere.</summary>
    ProcessTree? Processes { get; }

    /// <summary>An empty database of this run's own; one of the same name is dropped first.</summary>
    Task<BenchDatabase> CreateDatabaseAsync(string name, CancellationToken ct);
}
