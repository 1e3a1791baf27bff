using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using OAuthServer.LocalPostgres;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.LocalPostgres;

/// <summary>The PostgreSQL that Development starts for itself, through its whole life.</summary>
public sealed class PrivatePostgresTests(ITestOutputHelper output) : IDisposable
{
    private readonly RecordedLog _log = new();
    private readonly string _directory = TestClusters.NewDirectory();

    public void Dispose() => TestClusters.Remove(_directory);

    [Fact]
    public async Task A_fresh_directory_gets_a_server_and_a_second_start_finds_its_data()
    {
        var watch = Stopwatch.StartNew();
        await using (var first = await StartAsync())
        {
            output.WriteLine($"first start: {watch.ElapsedMilliseconds} ms");
            await ExecuteAsync(first, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");
        }

        watch.Restart();
        await using var second = await StartAsync();
        output.WriteLine($"second start: {watch.ElapsedMilliseconds} ms");
        Assert.Equal(42, await ScalarAsync(second, "SELECT n FROM kept"));
        Assert.DoesNotContain(
            File.ReadAllText(Path.Combine(_directory, "password")), _log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot use", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_listens_on_loopback_alone_and_asks_for_its_password()
    {
        await using var server = await StartAsync();
        Assert.Equal("127.0.0.1", await ScalarAsync(server, "SHOW listen_addresses"));
        Assert.Equal("", await ScalarAsync(server, "SHOW unix_socket_directories"));
        Assert.Equal("UTF8", await ScalarAsync(server, "SHOW server_encoding"));
        Assert.Equal(
            "C",
            await ScalarAsync(server, "SELECT datcollate::text FROM pg_database WHERE datname = current_database()"));

        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong", Pooling = false };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Now));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);

        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_directory, "password")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(_directory));
    }

    [Fact]
    public async Task The_port_is_the_one_that_is_wished_for_and_stays_the_same()
    {
        var wished = ClusterPort.Free();
        await using (var first = await StartAsync(port: wished))
            Assert.Equal($"{wished}", await ScalarAsync(first, "SHOW port"));

        await using var second = await StartAsync(port: ClusterPort.Free());
        Assert.Equal($"{wished}", await ScalarAsync(second, "SHOW port"));
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_left_to_it_and_the_next_start_keeps_what_was_found()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;
        object? found;
        await using (var first = await StartAsync(port: taken)) found = await ScalarAsync(first, "SHOW port");
        Assert.NotEqual($"{taken}", found);
        other.Stop();

        await using var second = await StartAsync(port: taken);
        Assert.Equal(found, await ScalarAsync(second, "SHOW port"));
    }

    [Fact]
    public async Task The_line_for_psql_opens_the_database_and_has_no_password()
    {
        await using var server = await StartAsync();
        var password = File.ReadAllText(Path.Combine(_directory, "password"));
        Assert.DoesNotContain(password, server.Psql, StringComparison.Ordinal);

        var asked = server.Psql + " -w -At -c 'show port'";
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", asked]) { RedirectStandardOutput = true })!;

        var port = await ScalarAsync(server, "SHOW port");
        Assert.Equal($"{port}\n", await shell.StandardOutput.ReadToEndAsync(Now));
        Assert.Contains($"@127.0.0.1:{port}/", server.Psql, StringComparison.Ordinal);
        if (OperatingSystem.IsWindows()) return;
        var mode = File.GetUnixFileMode(Path.Combine(_directory, "pgpass"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }

    [Fact]
    public async Task Two_hosts_share_one_server_and_the_last_to_leave_stops_it()
    {
        var both = await Task.WhenAll(StartAsync(), StartAsync());
        Assert.Equal(both[0].ConnectionString, both[1].ConnectionString);

        await both[0].DisposeAsync();
        Assert.Equal(1, await ScalarAsync(both[1], "SELECT 1"));

        await both[1].DisposeAsync();
        Assert.False(IsRunning);
    }

    [Fact]
    public async Task A_server_whose_host_was_killed_is_taken_over_and_stopped_by_the_next()
    {
        var killed = await StartAsync();
        PretendHostsDied($"{await DeadProcessAsync()}", "1");

        var next = await StartAsync();
        Assert.Equal(killed.ConnectionString, next.ConnectionString);
        Assert.Contains("taken over", _log.Text, StringComparison.Ordinal);

        await next.DisposeAsync();
        Assert.False(IsRunning);
    }

    [Fact]
    public async Task A_process_id_used_again_by_another_program_is_not_the_host()
    {
        await StartAsync();
        PretendHostsDied($"{Environment.ProcessId}", "a start time of another process");

        var next = await StartAsync();
        Assert.Contains("taken over", _log.Text, StringComparison.Ordinal);
        await next.DisposeAsync();
        Assert.False(IsRunning);
    }

    [Fact]
    public async Task A_server_that_was_killed_with_its_host_starts_again_with_what_was_committed()
    {
        var server = await StartAsync(disposable: false);
        await ExecuteAsync(server, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");
        var postmaster = int.Parse((await File.ReadAllLinesAsync(PostmasterPid, Now))[0], null);
        using (var process = Process.GetProcessById(postmaster)) process.Kill();
        await Eventually.BecomesTrue(
            () => Task.FromResult(HasEnded(postmaster)), TimeSpan.FromSeconds(10), "the server is gone");
        PretendHostsDied($"{await DeadProcessAsync()}", "1");

        await using var again = await StartAsync(disposable: false);
        Assert.Equal(42, await ScalarAsync(again, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task A_stale_postmaster_note_whose_process_id_is_in_use_does_not_stop_a_start()
    {
        var server = await StartAsync();
        var note = await File.ReadAllLinesAsync(PostmasterPid, Now);
        await server.DisposeAsync();

        var start = new ProcessStartInfo("sleep", "60") { WorkingDirectory = "/" };
        if (ServerAccount.Choose()!.Name is { } user) start.UserName = user;
        using var bystander = Process.Start(start)!;
        try
        {
            note[0] = $"{bystander.Id}";
            await File.WriteAllLinesAsync(PostmasterPid, note, Now);
            await using var again = await StartAsync();
            Assert.Equal(1, await ScalarAsync(again, "SELECT 1"));
        }
        finally
        {
            bystander.Kill();
        }
    }

    [Fact]
    public async Task A_setting_that_the_server_refuses_is_reported_with_the_end_of_its_log()
    {
        var options = Options() with
        {
            Settings = new Dictionary<string, string> { ["shared_buffers"] = "it's not a size" },
        };
        var failed = Assert.IsType<PrivatePostgresStart.Failed>(await PrivatePostgres.StartAsync(options, _log, Now));
        Assert.Contains("shared_buffers", failed.Message, StringComparison.Ordinal);
        Assert.Contains("it's not a size", failed.Message, StringComparison.Ordinal);
        Assert.False(IsRunning);
    }

    [Fact]
    public async Task Data_of_a_version_that_is_not_installed_are_left_alone_and_named()
    {
        await (await StartAsync()).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(_directory, "data", "PG_VERSION"), "9\n", Now);
        var failed = Assert.IsType<PrivatePostgresStart.Failed>(await PrivatePostgres.StartAsync(Options(), _log, Now));
        Assert.Contains("made by PostgreSQL 9", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_PostgreSQL_gets_one_clear_message()
    {
        var none = await PrivatePostgres.StartAsync(Options() with { BinaryFolders = [] }, _log, Now);
        var message = Assert.IsType<PrivatePostgresStart.NotInstalled>(none).Message;
        Assert.All(
            ["apt-get install", "dnf install", "brew install", "winget install", "docker compose up"],
            way => Assert.Contains(way, message, StringComparison.Ordinal));
        Assert.False(Directory.Exists(_directory));
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private string PostmasterPid => Path.Combine(_directory, "data", "postmaster.pid");

    private bool IsRunning => File.Exists(PostmasterPid);

    private PrivatePostgresOptions Options(bool disposable = true) =>
        new() { Directory = _directory, Disposable = disposable };

    private async Task<PrivatePostgres> StartAsync(bool disposable = true, int? port = null)
    {
        var start = await PrivatePostgres.StartAsync(Options(disposable) with { Port = port }, _log, Now);
        return start is PrivatePostgresStart.Started started
            ? started.Server
            : throw new InvalidOperationException($"{start}");
    }

    private void PretendHostsDied(string processId, string started)
    {
        var hosts = Path.Combine(_directory, "hosts");
        foreach (var entry in Directory.EnumerateFiles(hosts)) File.Delete(entry);
        File.WriteAllText(Path.Combine(hosts, $"{processId}-test"), started);
    }

    private static async Task<int> DeadProcessAsync()
    {
        using var process = Process.Start("sleep", "0");
        await process.WaitForExitAsync(Now);
        return process.Id;
    }

    // The server is a child of init, not ours; the remains of a process that nobody collects count as ended.
    private static bool HasEnded(int processId) =>
        !File.Exists($"/proc/{processId}/stat")
            || File.ReadAllText($"/proc/{processId}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static async Task ExecuteAsync(PrivatePostgres server, string sql)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Pooling = false,
        });
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Now);
    }

    private static async Task<object?> ScalarAsync(PrivatePostgres server, string sql)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Pooling = false,
        });
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Now);
    }
}
