using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OAuthServer.Bench.Machine;
using OAuthServer.LocalPostgres;

namespace OAuthServer.Bench.Database;

/// <summary>
/// A PostgreSQL of this run's own with its default settings, durable: fsync and synchronous_commit are on. It only has
/// more connections than usual and counts statements.
/// </summary>
internal sealed class PrivateCluster : IPostgres
{
    private readonly PrivatePostgres _server;
    private readonly string _maintenance;

    private PrivateCluster(PrivatePostgres server)
    {
        _server = server;
        _maintenance = new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Database = "postgres",
        }.ConnectionString;
        Processes = new ProcessTree(PostmasterFile.OfRunningServer(Path.Combine(server.Directory, "data"))!.ProcessId);
    }

    /// <summary>The postmaster and all its children.</summary>
    public ProcessTree Processes { get; }

    /// <summary>Starts a new cluster in a directory that does not exist yet.</summary>
    /// <exception cref="InvalidOperationException">There is no PostgreSQL, or it does not start; the message says
    /// why.</exception>
    public static async Task<PrivateCluster> StartAsync(string directory, CancellationToken ct)
    {
        var options = new PrivatePostgresOptions
        {
            Directory = directory,
            Settings = new Dictionary<string, string>
            {
                ["max_connections"] = "300",
                ["shared_preload_libraries"] = "pg_stat_statements",
            },
        };
        var cluster = await PrivatePostgres.StartAsync(options, NullLogger.Instance, ct) switch
        {
            PrivatePostgresStart.Started started => new PrivateCluster(started.Server),
            PrivatePostgresStart.NotInstalled none => throw new InvalidOperationException(none.Message),
            PrivatePostgresStart.Failed failed => throw new InvalidOperationException(failed.Message),
            _ => throw new InvalidOperationException("An unknown answer."),
        };
        await Sql.ExecuteAsync(cluster._maintenance, "CREATE EXTENSION pg_stat_statements", ct);
        return cluster;
    }

    /// <inheritdoc />
    public async Task<BenchDatabase> CreateDatabaseAsync(string name, CancellationToken ct)
    {
        await Sql.ExecuteAsync(_maintenance, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)", ct);
        await Sql.ExecuteAsync(_maintenance, $"CREATE DATABASE {name}", ct);
        return new BenchDatabase(_server.ConnectionString, name, _maintenance);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        var directory = _server.Directory;
        await _server.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
