using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>PgBouncer of this machine in front of a cluster.</summary>
internal sealed class Pooler : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private Pooler(DirectoryInfo folder, Process process, string connectionString) =>
        (_folder, _process, ConnectionString) = (folder, process, connectionString);

    /// <summary>Where PgBouncer is; a failed test where there is none.</summary>
    private static string Binary =>
        ((string[])["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"])
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("No PgBouncer here. Install it: apt-get install pgbouncer");

    /// <summary>Through it.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="cluster">What is behind it.</param>
    /// <param name="mode"><c>session</c> or <c>transaction</c>.</param>
    public static async Task<Pooler> StartAsync(SeededCluster cluster, string mode)
    {
        var behind = new NpgsqlConnectionStringBuilder(cluster.ConnectionString);
        var port = LoopbackPort.Free();
        var folder = Directory.CreateTempSubdirectory("oauthserver-pgbouncer-");
        var file = Path.Combine(folder.FullName, "pgbouncer.ini");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            {behind.Database} = host=127.0.0.1 port={behind.Port} user={behind.Username} password={behind.Password}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {mode}
            default_pool_size = {(mode == "session" ? 40 : 3)}
            """));
        // It refuses root, and whoever it is then has to read its file.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(
                folder.FullName,
                File.GetUnixFileMode(folder.FullName) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        string[] arguments = Environment.UserName == "root" ? ["-q", "-u", "nobody", file] : ["-q", file];
        var process = Process.Start(new ProcessStartInfo(Binary, arguments) { RedirectStandardError = true })!;
        var through = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Database = behind.Database,
            Username = behind.Username,
        };
        var pooler = new Pooler(folder, process, through.ConnectionString);
        await Eventually.BecomesTrue(pooler.AnswersAsync, Patience, "PgBouncer answers");
        return pooler;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited) throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync());
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
