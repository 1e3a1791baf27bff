using System.Globalization;
using Npgsql;
using OAuthServer.LocalPostgres;
using OAuthServer.OperatorTests.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>A streaming standby of a cluster, for which every commit waits.</summary>
internal sealed class Standby : IAsyncDisposable
{
    private const string Name = "standby";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = TestClusters.NewDirectory();
    private readonly ServerAccount _account = ServerAccount.Choose()!;
    private readonly PostgresBinaries _binaries = PostgresBinaries.FindAll(null)[0];
    private readonly NpgsqlConnectionStringBuilder _primary;
    private readonly int _port = LoopbackPort.Free();

    private Standby(string primary) => _primary = new NpgsqlConnectionStringBuilder(primary);

    /// <summary>The superuser's.</summary>
    public string AdministrationString => new NpgsqlConnectionStringBuilder(_primary.ConnectionString)
    {
        Port = _port,
    }.ConnectionString;

    private string Data => Path.Combine(_directory, "data");

    /// <summary>Copies a cluster that runs and follows it.</summary>
    public static async Task<Standby> FollowAsync(SeededCluster cluster)
    {
        var standby = new Standby(cluster.AdministrationString);
        try
        {
            await standby.CopyAsync(Path.Combine(cluster.DataDirectory, "..", "server.conf"));
            await cluster.ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = '{Name}'");
            await cluster.ExecuteAsync("SELECT pg_reload_conf()");
            await Eventually.BecomesTrue(
                async () => await cluster.ScalarAsync<long>(
                    "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1,
                Patience, "commits wait for the standby");
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    /// <summary>For a server that is to go on with whichever of the two can be written.</summary>
    public string WithPrimary(string connectionString)
    {
        var both = new NpgsqlConnectionStringBuilder(connectionString) { TargetSessionAttributes = "read-write" };
        both.Host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{both.Port},127.0.0.1:{_port}");
        both.Remove("Port");
        return both.ConnectionString;
    }

    /// <summary>Makes it the primary.</summary>
    public Task PromoteAsync() => RunAsync(_binaries.PgCtl, "-D", Data, "-w", "-t", "60", "promote");

    public async ValueTask DisposeAsync() => await Task.Run(() => TestClusters.Remove(_directory));

    private async Task CopyAsync(string settings)
    {
        var from = string.Create(
            CultureInfo.InvariantCulture,
            $"host=127.0.0.1 port={_primary.Port} user={_primary.Username} password={_primary.Password} "
            + $"application_name={Name}");
        await RunAsync("mkdir", "-m", "700", _directory);
        await RunAsync(
            Path.Combine(_binaries.Folder, "pg_basebackup"),
            "-D", Data, "-d", from, "--write-recovery-conf", "--checkpoint=fast", "--no-sync");
        // The last value of a setting counts.
        var text = await File.ReadAllTextAsync(settings) + $"port = '{_port}'\n";
        ClusterDirectory.WritePrivate(_account, Path.Combine(_directory, "server.conf"), text);
        await RunAsync(
            _binaries.PgCtl, "-D", Data, "-l", Path.Combine(_directory, "server.log"), "-w", "-t", "60", "start");
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var result = await Task.Run(() => _account.Run(program, arguments));
        if (!result.Ok) throw new InvalidOperationException($"{program}: {result.Output}");
    }
}
