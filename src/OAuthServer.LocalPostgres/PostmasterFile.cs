using System.Diagnostics;
using System.Globalization;

namespace OAuthServer.LocalPostgres;

/// <summary>
/// PostgreSQL's own note of who runs a cluster (<c>postmaster.pid</c>): process id in line 1, port in line 4.
/// </summary>
internal sealed record PostmasterFile(int ProcessId, int Port)
{
    /// <summary>
    /// The server that runs on these data, or null. The note of a server that was killed is removed: PostgreSQL only
    /// asks whether the process id is in use, by some other program or by remains that nobody collects, and would not
    /// start. (Should a child of the dead server linger, its shared memory keeps a new one from starting.)
    /// </summary>
    public static PostmasterFile? OfRunningServer(string data)
    {
        var path = Path.Combine(data, "postmaster.pid");
        if (!File.Exists(path)) return null;
        var lines = File.ReadAllLines(path);
        if (lines.Length < 4
            || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var id)
            || !int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port)) return null;
        if (IsServerOf(data, id)) return new PostmasterFile(id, port);
        File.Delete(path);
        return null;
    }

    private static bool IsServerOf(string data, int processId)
    {
        if (RunningProcess.StartOf(processId) is null) return false;
        try
        {
            using var process = Process.GetProcessById(processId);
            if (!process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase)) return false;

            // Another cluster's server may have got the id; the server's current directory is its data directory.
            var home = OperatingSystem.IsLinux()
                ? Directory.ResolveLinkTarget($"/proc/{processId}/cwd", returnFinalTarget: false)
                : null;
            return home is null || home.FullName == new DirectoryInfo(data).FullName;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return false;
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return true; // a postgres of another user, whose directory we may not ask for
        }
    }
}
