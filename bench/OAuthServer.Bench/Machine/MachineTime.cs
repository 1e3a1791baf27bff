using System.Globalization;

namespace OAuthServer.Bench.Machine;

/// <summary>What all processors of the machine did (proc(5), <c>/proc/stat</c>).</summary>
/// <param name="Busy">At work for anyone here.</param>
/// <param name="Steal">Wanted to work, but the hypervisor gave the processor to another guest.</param>
/// <param name="All">Time that passed, times the number of processors.</param>
internal readonly record struct MachineTime(TimeSpan Busy, TimeSpan Steal, TimeSpan All)
{
    private const double TicksPerSecond = 100;

    public static MachineTime Read()
    {
        var ticks = File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(field => double.Parse(field, CultureInfo.InvariantCulture))
            .ToArray();
        var (idle, steal, all) = (ticks[3] + ticks[4], ticks[7], ticks.Sum());
        return new MachineTime(Seconds(all - idle - steal), Seconds(steal), Seconds(all));
    }

    public static MachineTime operator -(MachineTime end, MachineTime beginning) =>
        new(end.Busy - beginning.Busy, end.Steal - beginning.Steal, end.All - beginning.All);

    private static TimeSpan Seconds(double ticks) => TimeSpan.FromSeconds(ticks / TicksPerSecond);
}
