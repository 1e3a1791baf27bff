using System.Globalization;

namespace OAuthServer.Bench.Machine;

/// <summary>A process and all its descendants, as Linux's <c>/proc</c> shows them.</summary>
internal sealed class ProcessTree(int root)
{
    private const double TicksPerSecond = 100; // USER_HZ, fixed in Linux's interface

    /// <summary>
    /// Processor time used so far, user and system. A child that ended is counted by the parent that collected it, so
    /// the difference of two readings misses nothing.
    /// </summary>
    public TimeSpan Cpu() => TimeSpan.FromSeconds(Members().Sum(process => process.Ticks) / TicksPerSecond);

    /// <summary>Resident memory of all together, in bytes. Pages that they share count for each.</summary>
    public long ResidentBytes() => Members().Sum(process => process.ResidentPages) * Environment.SystemPageSize;

    private List<Reading> Members()
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(Read)
            .OfType<Reading>()
            .ToLookup(process => process.Parent);
        var members = new List<Reading>();
        var waiting = new Queue<Reading>(all.SelectMany(group => group).Where(process => process.Id == root));
        while (waiting.TryDequeue(out var process))
        {
            members.Add(process);
            foreach (var child in all[process.Id]) waiting.Enqueue(child);
        }

        return members;
    }

    private static Reading? Read(string directory)
    {
        if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id)) return null;
        try
        {
            // proc(5): after the name in parentheses come state, parent, …; utime, stime, cutime and cstime are fields
            // 14 to 17, rss is 24.
            var stat = File.ReadAllText(Path.Combine(directory, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new Reading(
                id,
                Number(fields[1]),
                Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]),
                Number(fields[21]));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);
    }

    private sealed record Reading(int Id, long Parent, long Ticks, long ResidentPages);
}
