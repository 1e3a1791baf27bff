using System.Diagnostics;
using System.Globalization;

namespace OAuthServer.LocalPostgres;

/// <summary>Tells one process from a later one that got the same id.</summary>
internal static class RunningProcess
{
    /// <summary>
    /// When the process started, comparable only with itself; null when there is no such process, or only its
    /// uncollected remains.
    /// </summary>
    public static string? StartOf(int processId)
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
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException
            or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
