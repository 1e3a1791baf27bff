using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace OAuthServer.LocalPostgres;

/// <summary>
/// A PostgreSQL of this checkout's own, for Development and tests: TCP on 127.0.0.1 only, a random password
/// (scram-sha-256), UTF-8 and the C locale. The data stay for the next start. Hosts that run at the same time share one
/// server and the last to leave stops it; a server whose hosts were all killed is taken over by the next.
/// </summary>
internal sealed partial class PrivatePostgres : IAsyncDisposable
{
    private const string Role = "oauthserver";
    private const int Attempts = 20;

    private readonly ClusterDirectory _directory;
    private readonly ServerAccount _account;
    private readonly PostgresBinaries _binaries;
    private readonly ILogger _logger;
    private string? _registration;

    private PrivatePostgres(
        ClusterDirectory directory, ServerAccount account, PostgresBinaries binaries, ILogger logger) =>
        (_directory, _account, _binaries, _logger) = (directory, account, binaries, logger);

    /// <summary>How to reach the database <c>oauthserver</c>. Holds the password: never log it.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The command that opens the database <c>oauthserver</c> in psql; without the password.</summary>
    public string Psql { get; private set; } = "";

    /// <summary>Where the cluster lives, which may not be the directory that was asked for.</summary>
    public string Directory => _directory.Root;

    /// <summary>Finds PostgreSQL and starts the cluster in its directory, making it the first time.</summary>
    public static async Task<PrivatePostgresStart> StartAsync(
        PrivatePostgresOptions options, ILogger logger, CancellationToken ct = default)
    {
        var installed = PostgresBinaries.FindAll(options.BinaryFolders);
        if (installed.Count == 0) return new PrivatePostgresStart.NotInstalled(PostgresBinaries.InstallAdvice);
        if (ServerAccount.Choose() is not { } account)
        {
            return new PrivatePostgresStart.Failed(
                "PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody to run it as.");
        }

        var (directory, fault) = ClusterDirectory.Choose(account, options.Directory);
        if (directory is null) return new PrivatePostgresStart.Failed(fault!);
        using var turn = await directory.LockAsync(ct);
        var (binaries, mismatch) = Matching(installed, directory);
        if (binaries is null) return new PrivatePostgresStart.Failed(mismatch!);

        var server = new PrivatePostgres(directory, account, binaries, logger);
        if (directory.Root != Path.GetFullPath(options.Directory))
            server.LogElsewhere(account.DisplayName, options.Directory, directory.Root);
        fault = await server.OpenAsync(options, ct);
        return fault is null ? new PrivatePostgresStart.Started(server) : new PrivatePostgresStart.Failed(fault);
    }

    /// <summary>Lets go of the server; the last host to do so stops it (open transactions are rolled back).</summary>
    public async ValueTask DisposeAsync()
    {
        if (_registration is null) return;
        using var turn = await _directory.LockAsync(CancellationToken.None);
        HostRegister.Leave(_registration);
        _registration = null;
        if (_directory.Hosts.InUse()) return;

        var stopped = _account.Run(_binaries.PgCtl, "-D", _directory.Data, "-m", "fast", "-w", "-t", "60", "stop");
        if (stopped.Ok) LogStopped(_directory.Root);
        else LogNotStopped(_directory.Root, stopped.Output);
    }

    // Data can only be opened by the version that made them.
    private static (PostgresBinaries? Binaries, string? Fault) Matching(
        IReadOnlyList<PostgresBinaries> installed, ClusterDirectory directory)
    {
        var file = Path.Combine(directory.Data, "PG_VERSION");
        if (!File.Exists(file)) return (installed[0], null);
        var version = File.ReadAllText(file).Trim();
        if (installed.FirstOrDefault(found => $"{found.MajorVersion}" == version) is { } same) return (same, null);
        var others = string.Join(", ", installed.Select(found => found.MajorVersion));
        return (null, $"The data in {directory.Root} were made by PostgreSQL {version}, which is not installed "
            + $"(found: {others}). Remove that directory to start afresh.");
    }

    private async Task<string?> OpenAsync(PrivatePostgresOptions options, CancellationToken ct)
    {
        var isThere = File.Exists(Path.Combine(_directory.Data, "PG_VERSION"));
        if (!isThere && Create(options.Disposable) is { } notMade) return notMade;

        var alreadyShared = _directory.Hosts.InUse();
        var running = PostmasterFile.OfRunningServer(_directory.Data);
        if (running is null && await LaunchAsync(options, ct) is { } notStarted) return notStarted;

        var port = running?.Port ?? PostmasterFile.OfRunningServer(_directory.Data)?.Port ?? 0;
        ConnectionString = Connection(port, Role);
        Psql = PsqlLine.Make(_directory, _account, _binaries.Psql, Role, port);
        if (await ReachAsync(port, ct) is { } notReached) return notReached;

        _registration = _directory.Hosts.Enter();
        LogReady(_binaries.MajorVersion, HowItRuns(running is not null, alreadyShared), port, _directory.Root);
        return null;
    }

    private static string HowItRuns(bool wasRunning, bool shared)
    {
        if (!wasRunning) return "started";
        return shared ? "shared with another running host" : "taken over from a host that ended without stopping it";
    }

    // In a directory of its own first, so that being killed half-way leaves nothing that looks like a cluster.
    private string? Create(bool disposable)
    {
        foreach (var leftover in System.IO.Directory.EnumerateDirectories(_directory.Root, "new-*"))
            System.IO.Directory.Delete(leftover, recursive: true);
        var password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        ClusterDirectory.WritePrivate(_account, _directory.Password, password);
        var fresh = Path.Combine(_directory.Root, $"new-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        string[] arguments =
        [
            "-D", fresh, "-U", Role, $"--pwfile={_directory.Password}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C",
            .. disposable ? ["--no-sync"] : Array.Empty<string>(),
        ];
        var made = _account.Run(_binaries.Initdb, arguments);
        if (!made.Ok)
        {
            return $"initdb could not make a database cluster in {_directory.Root}:"
                + Environment.NewLine + made.Output.Trim();
        }

        var settings = Path.Combine(fresh, "postgresql.conf");
        File.AppendAllText(settings, $"{Environment.NewLine}include = '../server.conf'{Environment.NewLine}");
        System.IO.Directory.Move(fresh, _directory.Data);
        return null;
    }

    private async Task<string?> LaunchAsync(PrivatePostgresOptions options, CancellationToken ct)
    {
        var port = ClusterPort.First(_directory, options.Port);
        for (var attempt = 1; ; attempt++)
        {
            ClusterDirectory.WritePrivate(_account, _directory.Settings, ServerSettings(options, port));
            File.Delete(_directory.Log);
            var started = _account.Run(
                _binaries.PgCtl, "-D", _directory.Data, "-l", _directory.Log, "-w", "-t", "60", "start");
            if (started.Ok) return null;
            var log = _directory.LastLogLines();
            if (attempt == Attempts || !MayPass(log))
            {
                return $"PostgreSQL {_binaries.MajorVersion} did not start in {_directory.Root}. The end of its log:"
                    + Environment.NewLine
                    + (log.Length > 0 ? log : started.Output.Trim());
            }

            if (IsTaken(log)) port = ClusterPort.Free();
            await Task.Delay(TimeSpan.FromMilliseconds(250), ct);
        }
    }

    private static bool IsTaken(string log) => log.Contains("could not bind", StringComparison.Ordinal);

    // Another program was quicker to take the port; or children of a server that was killed have yet to notice.
    private static bool MayPass(string log) =>
        IsTaken(log) || log.Contains("pre-existing shared memory block", StringComparison.Ordinal);

    private static string ServerSettings(PrivatePostgresOptions options, int port)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["password_encryption"] = "scram-sha-256",
            ["log_timezone"] = "UTC",
            ["timezone"] = "UTC",
        };
        if (options.Disposable)
            settings["fsync"] = settings["synchronous_commit"] = settings["full_page_writes"] = "off";
        foreach (var (name, value) in options.Settings) settings[name] = value;

        // Last, so that nothing opens the server to the network; without a socket file no directory has to exist for
        // it.
        settings["listen_addresses"] = "127.0.0.1";
        settings["port"] = $"{port}";
        settings["unix_socket_directories"] = "";
        return string.Concat(settings.Select(setting => $"{setting.Key} = '{Escape(setting.Value)}'\n"));
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);

    // A server found running may still be recovering from the crash that ended its host.
    private async Task<string?> ReachAsync(int port, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                var unpooled = new NpgsqlConnectionStringBuilder(Connection(port, "postgres")) { Pooling = false };
                await using var connection = new NpgsqlConnection(unpooled.ConnectionString);
                await connection.OpenAsync(limit.Token);
                await using var exists =
                    new NpgsqlCommand($"SELECT 1 FROM pg_database WHERE datname = '{Role}'", connection);
                if (await exists.ExecuteScalarAsync(limit.Token) is not null) return null;
                await using var create = new NpgsqlCommand($"CREATE DATABASE {Role}", connection);
                await create.ExecuteNonQueryAsync(limit.Token);
                return null;
            }
            catch (NpgsqlException failure) when (failure.IsTransient && !limit.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
            }
            catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException
                && !ct.IsCancellationRequested)
            {
                return $"PostgreSQL in {_directory.Root} does not answer: {failure.Message}"
                    + Environment.NewLine + _directory.LastLogLines();
            }
        }
    }

    private string Connection(int port, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Database = database,
        Username = Role,
        Password = File.ReadAllText(_directory.Password),
    }.ConnectionString;

    [LoggerMessage(9001, LogLevel.Information, "PostgreSQL {Version} {How} on 127.0.0.1:{Port}, data in {Directory}")]
    private partial void LogReady(int version, string how, int port, string directory);

    [LoggerMessage(9002, LogLevel.Warning,
        "The user {User} cannot use {Wanted}, so PostgreSQL's data are in {Directory}")]
    private partial void LogElsewhere(string user, string wanted, string directory);

    [LoggerMessage(9003, LogLevel.Information, "PostgreSQL in {Directory} stopped")]
    private partial void LogStopped(string directory);

    [LoggerMessage(9004, LogLevel.Warning, "PostgreSQL in {Directory} did not stop: {Output}")]
    private partial void LogNotStopped(string directory, string output);
}
