using Npgsql;
using OAuthServer.LocalPostgres;
using Testcontainers.PostgreSql;

namespace OAuthServer.Testing;

/// <summary>
/// The one PostgreSQL that all tests of a process share, started by the first that asks and gone when the process ends.
/// In this order: the server that <c>OAUTH_TEST_POSTGRES</c> names (a role that may create databases), PostgreSQL's
/// programs on this machine, Docker.
/// </summary>
public static class PostgresCluster
{
    private const string Variable = "OAUTH_TEST_POSTGRES";

    // The one piece of state a test process shares: starting a server for every test would take minutes.
    private static readonly Lazy<Task<string>> Shared = new(() => Task.Run(StartAsync));

    /// <summary>The connection string of the shared server's maintenance database.</summary>
    public static Task<string> AdministrationAsync() => Shared.Value;

    private static async Task<string> StartAsync()
    {
        var configured = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrWhiteSpace(configured)) return configured;

        TestClusters.RemoveLeftovers();
        var directory = TestClusters.NewDirectory();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => TestClusters.Remove(directory);
        return await TestClusters.StartAsync(directory) switch
        {
            PrivatePostgresStart.Started started => started.Server.ConnectionString,
            PrivatePostgresStart.NotInstalled none => await StartContainerAsync(none.Message),
            PrivatePostgresStart.Failed failed => throw new InvalidOperationException(failed.Message),
            _ => throw new InvalidOperationException("An unknown answer."),
        };
    }

    // Testcontainers' own reaper removes the container when this process is gone.
    private static async Task<string> StartContainerAsync(string advice)
    {
        try
        {
            var container = new PostgreSqlBuilder("postgres:17-alpine")
                .WithCommand(
                    "-c", "shared_preload_libraries=pg_stat_statements", "-c", "max_connections=300", "-c", "fsync=off")
                .Build();
            await container.StartAsync();
            return new NpgsqlConnectionStringBuilder(container.GetConnectionString())
            {
                IncludeErrorDetail = true,
            }.ConnectionString;
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException(
                $"The tests need a PostgreSQL. {advice}{Environment.NewLine}Or set {Variable} to a server of your own, "
                    + $"or start Docker ({failure.Message})",
                failure);
        }
    }
}
