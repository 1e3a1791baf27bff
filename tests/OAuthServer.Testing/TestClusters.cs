using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using OAuthServer.LocalPostgres;

namespace OAuthServer.Testing;

/// <summary>
/// Throw-away private clusters in a directory of their own, and the end of those whose test process was killed.
/// </summary>
public static class TestClusters
{
    private const string Memory = "/dev/shm";
    private const long RoomForAll = 8L << 30;

    // Not the temporary folder of a user: on Unix the server may run as another user, who must be able to get there.
    private static readonly string Disk = OperatingSystem.IsWindows() ? Path.GetTempPath() : "/tmp";

    // A database is some four hundred files, and ext4 looks long for an inode among those that were just given back,
    // which was most of what PostgreSQL cost here.
    private static readonly string Home = HasRoomInMemory() ? Memory : Disk;

    /// <summary>A new directory for a cluster that belongs to this process.</summary>
    public static string NewDirectory() =>
        Path.Combine(
            Home,
            $"oauthserver-tests-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");

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

    /// <summary>
    /// Kills the server of a directory, if one runs, and deletes the directory. Never throws: it is the last thing that
    /// happens.
    /// </summary>
    public static void Remove(string directory)
    {
        try
        {
            var data = Path.Combine(directory, "data");
            if (Directory.Exists(data) && ServerAccount.Choose() is { } account
                && PostgresBinaries.FindAll(null) is [var binaries, ..])
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
        string[] homes = [Memory, Disk];
        foreach (var directory in homes.Where(Directory.Exists)
            .SelectMany(home => Directory.EnumerateDirectories(home, "oauthserver-tests-*")))
        {
            var process = Path.GetFileName(directory).Split('-')[2];
            if (int.TryParse(process, CultureInfo.InvariantCulture, out var id) && !IsRunning(id)) Remove(directory);
        }
    }

    private static bool HasRoomInMemory() =>
        Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= RoomForAll;

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
