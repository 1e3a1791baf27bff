using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using OAuthServer.LocalPostgres;

namespace OAuthServer.Testing;

/// <summary>Throw-away private clusters in a directory of their own, and the end of those whose test process was killed.</summary>
public static class TestClusters
{
    // Not the temporary folder of a user: on Unix the server may run as another user, who must be able to get there.
    private static readonly string Home = OperatingSystem.IsWindows() ? Path.GetTempPath() : "/tmp";

    /// <summary>A new directory for a cluster that belongs to this process.</summary>
    public static string NewDirectory() =>
        Path.Combine(Home, $"oauthserver-tests-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");

    /// <summary>Starts a cluster made for tests: fast, not durable, counting statements.</summary>
    internal static Task<PrivatePostgresStart> StartAsync(string directory) => PrivatePostgres.StartAsync(
        new PrivatePostgresOptions
        {
            Directory = directory,
            Disposable = true,
            Settings = new Dictionary<string, string>
            {
                ["max_connections"] = "300",
                ["shared_preload_libraries"] = "pg_stat_statements",
                ["pg_stat_statements.max"] = "10000",
                ["shared_buffers"] = "64MB",
                ["max_wal_size"] = "512MB",
            },
        },
        NullLogger.Instance);

    /// <summary>Kills the server of a directory, if one runs, and deletes the directory. Never throws: it is the last thing that happens.</summary>
    public static void Remove(string directory)
    {
        try
        {
            var data = Path.Combine(directory, "data");
            if (Directory.Exists(data) && ServerAccount.Choose() is { } account && PostgresBinaries.FindAll(null) is [var binaries, ..])
                account.Run(binaries.PgCtl, "-D", data, "-m", "immediate", "-w", "stop");
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next test process tries again.
        }
    }

    /// <summary>Removes what test processes left that did not end by themselves.</summary>
    public static void RemoveLeftovers()
    {
        foreach (var directory in Directory.EnumerateDirectories(Home, "oauthserver-tests-*"))
        {
            var process = Path.GetFileName(directory).Split('-')[2];
            if (int.TryParse(process, CultureInfo.InvariantCulture, out var id) && !IsRunning(id)) Remove(directory);
        }
    }

    private static bool IsRunning(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
