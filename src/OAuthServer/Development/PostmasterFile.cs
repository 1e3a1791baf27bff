using System.Diagnostics;
using System.Globalization;

namespace OAuthServer.Development;

/// <summary>PostgreSQL's own note of who runs a cluster (<c>postmaster.pid</c>): process id in line 1, port in line 4.</summary>
internal sealed record PostmasterFile(int ProcessId, int Port)
{
    /// <summary>
    /// The server that runs on these data, or null. The note of a server that was killed is removed when its process id
    /// belongs to some other program today: PostgreSQL itself only asks whether the id is in use, and would not start.
    /// </summary>
    public static PostmasterFile? OfRunningServer(string data)
    {
        var path = Path.Combine(data, "postmaster.pid");
        if (!File.Exists(path)) return null;
        var lines = File.ReadAllLines(path);
        if (lines.Length < 4
            || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var id)
            || !int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port)) return null;
        switch (IsServerOf(data, id))
        {
            case true: return new PostmasterFile(id, port);
            case false: File.Delete(path); return null;
            case null: return null;
        }
    }

    // Null when there is no such process at all: PostgreSQL clears that case away itself.
    private static bool? IsServerOf(string data, int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            if (IsRemains(processId)) return false;
            if (process.HasExited) return null;
            if (!process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase)) return false;

            // Another cluster's server may have got the id; the server's current directory is its data directory.
            var home = OperatingSystem.IsLinux() ? Directory.ResolveLinkTarget($"/proc/{processId}/cwd", returnFinalTarget: false) : null;
            return home is null || home.FullName == new DirectoryInfo(data).FullName;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // A killed server whose parent never collects it, as in a container without an init: PostgreSQL takes it for a running one.
    private static bool IsRemains(int processId)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        return stat[stat.LastIndexOf(')') + 2] is 'Z' or 'X';
    }
}
