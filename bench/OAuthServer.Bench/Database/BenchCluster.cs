using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OAuthServer.Bench.Machine;
using OAuthServer.Development;

namespace OAuthServer.Bench.Database;

/// <summary>
/// A PostgreSQL of this run's own with its default settings, durable: fsync and synchronous_commit are on. It only has
/// more connections than usual and counts statements.
/// </summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private readonly PrivatePostgres _server;
    private readonly string _home;

    private BenchCluster(PrivatePostgres server, string home, int processId)
    {
        (_server, _home) = (server, home);
        Processes = new ProcessTree(processId);
    }

    /// <summary>The postmaster and all its children.</summary>
    public ProcessTree Processes { get; }

    /// <summary>Starts a new cluster below a directory that belongs to the run.</summary>
    /// <exception cref="InvalidOperationException">There is no PostgreSQL, or it does not start; the message says why.</exception>
    public static async Task<BenchCluster> StartAsync(string directory, CancellationToken ct)
    {
        var options = new PrivatePostgresOptions
        {
            Directory = directory,
            Settings = new Dictionary<string, string> { ["max_connections"] = "300", ["shared_preload_libraries"] = "pg_stat_statements" },
        };
        var server = await PrivatePostgres.StartAsync(options, NullLogger.Instance, ct) switch
        {
            PrivatePostgresStart.Started started => started.Server,
            PrivatePostgresStart.NotInstalled none => throw new InvalidOperationException(none.Message),
            PrivatePostgresStart.Failed failed => throw new InvalidOperationException(failed.Message),
            _ => throw new InvalidOperationException("An unknown answer."),
        };
        var home = server.Directory;
        return new BenchCluster(server, home, PostmasterFile.OfRunningServer(Path.Combine(home, "data"))!.ProcessId);
    }

    /// <summary>An empty database; one of the same name is dropped first.</summary>
    public async Task<BenchDatabase> CreateDatabaseAsync(string name, CancellationToken ct)
    {
        var maintenance = new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString;
        await using var administration = NpgsqlDataSource.Create(maintenance);
        foreach (var sql in (string[])["CREATE EXTENSION IF NOT EXISTS pg_stat_statements", $"DROP DATABASE IF EXISTS {name} WITH (FORCE)", $"CREATE DATABASE {name}"])
        {
            await using var command = administration.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(ct);
        }

        return new BenchDatabase(new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = name }.ConnectionString, maintenance);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}
