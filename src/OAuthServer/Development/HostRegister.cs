using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace OAuthServer.Development;

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
        var entry = Path.Combine(directory, $"{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        File.WriteAllText(entry, StartOf(Environment.ProcessId) ?? "");
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
        && StartOf(id) is { } start
        && start == File.ReadAllText(entry);

    // Null when there is no such process, or only its remains that nobody has collected.
    private static string? StartOf(int processId)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // After the name in parentheses: the state, and as the 20th field the start in ticks since boot.
                var stat = File.ReadAllText($"/proc/{processId}/stat");
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] is "Z" or "X" ? null : fields[19];
            }

            using var process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
