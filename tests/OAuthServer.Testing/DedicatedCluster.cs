using System.Diagnostics;
using System.Globalization;
using OAuthServer.LocalPostgres;

namespace OAuthServer.Testing;

/// <summary>
/// A PostgreSQL of one test's own, for what happens when the database goes down and comes back. It keeps its data and
/// its address. Needs PostgreSQL's programs on this machine, whatever <c>OAUTH_TEST_POSTGRES</c> says.
/// </summary>
public sealed class DedicatedCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _directory;
    private readonly string _data;

    private DedicatedCluster(string directory, string connectionString)
    {
        _directory = directory;
        _data = Path.Combine(directory, "data");
        ConnectionString = connectionString;
    }

    /// <summary>
    /// An empty database on the cluster; <see cref="TestDatabase.MigrateAsync"/> gives it the schema.
    /// </summary>
    public string ConnectionString { get; }

    /// <summary>Where PostgreSQL keeps it.</summary>
    public string DataDirectory => _data;

    /// <summary>Starts a new cluster.</summary>
    public static async Task<DedicatedCluster> CreateAsync()
    {
        var directory = TestClusters.NewDirectory();
        return await TestClusters.StartAsync(directory) switch
        {
            PrivatePostgresStart.Started started => new DedicatedCluster(directory, started.Server.ConnectionString),
            PrivatePostgresStart.NotInstalled none => throw new InvalidOperationException(none.Message),
            PrivatePostgresStart.Failed failed => throw new InvalidOperationException(failed.Message),
            _ => throw new InvalidOperationException("An unknown answer."),
        };
    }

    /// <summary>Takes the database down as a crash would: every connection breaks, new ones are refused.</summary>
    public Task StopAsync() => ControlAsync("-m", "immediate", "stop");

    /// <summary>
    /// Ends every process of it with SIGKILL: nobody says good-bye, and what was written last is in the log alone.
    /// </summary>
    public async Task KillAsync()
    {
        var postmaster = PostmasterFile.OfRunningServer(_data)!.ProcessId;
        // One that stands still starts no more processes, and collects none that has ended.
        using (var stop = Process.Start("kill", ["-STOP", Text(postmaster)])) await stop.WaitForExitAsync();
        var children = await File.ReadAllTextAsync($"/proc/{Text(postmaster)}/task/{Text(postmaster)}/children");
        string[] all = [Text(postmaster), .. children.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        using (var kill = Process.Start("kill", ["-KILL", .. all])) await kill.WaitForExitAsync();
        await Eventually.BecomesTrue(
            () => Task.FromResult(!all.Any(id => HostProcess.IsRunning(int.Parse(id, CultureInfo.InvariantCulture)))),
            Patience, "PostgreSQL's processes are gone");
        // Whoever looks for the server takes the note of the dead one away.
        _ = PostmasterFile.OfRunningServer(_data);
    }

    /// <summary>Brings it back with its data, on the same port.</summary>
    public Task StartAsync() => ControlAsync("-l", Path.Combine(_directory, "server.log"), "start");

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await Task.Run(() => TestClusters.Remove(_directory));

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);

    private async Task ControlAsync(params string[] action)
    {
        var account = ServerAccount.Choose()!;
        var pgCtl = PostgresBinaries.FindAll(null)[0].PgCtl;
        var result = await Task.Run(() => account.Run(pgCtl, ["-D", _data, "-w", "-t", "60", .. action]));
        if (!result.Ok) throw new InvalidOperationException(result.Output);
    }
}
