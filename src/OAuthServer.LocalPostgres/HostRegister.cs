using System.Globalization;
using System.Security.Cryptography;

namespace OAuthServer.LocalPostgres;

/// <summary>
/// Who uses a private cluster: one file per host, named by process id, holding when that process started (ids are used
/// again). A host that was killed leaves its file behind; it counts no more.
/// </summary>
internal sealed class HostRegister(string directory)
{
    /// <summary>Notes that this process uses the cluster; the answer is needed to leave.</summary>
    public string Enter()
    {
        Directory.CreateDirectory(directory);
        var unique = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var entry = Path.Combine(directory, $"{Environment.ProcessId}-{unique}");
        File.WriteAllText(entry, RunningProcess.StartOf(Environment.ProcessId) ?? "");
        return entry;
    }

    /// <summary>Notes that this process does so no more.</summary>
    public static void Leave(string entry) => File.Delete(entry);

    /// <summary>Whether a living process uses the cluster; clears away what dead ones left.</summary>
    public bool InUse()
    {
        if (!Directory.Exists(directory)) return false;
        var used = false;
        foreach (var entry in Directory.EnumerateFiles(directory).ToList())
        {
            if (IsAlive(entry)) used = true;
            else File.Delete(entry);
        }

        return used;
    }

    private static bool IsAlive(string entry) =>
        int.TryParse(Path.GetFileName(entry).Split('-')[0], CultureInfo.InvariantCulture, out var id)
        && RunningProcess.StartOf(id) is { } start
        && start == File.ReadAllText(entry);
}
