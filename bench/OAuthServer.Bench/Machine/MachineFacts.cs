using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace OAuthServer.Bench.Machine;

/// <summary>What the figures of a run depend on.</summary>
/// <param name="Commit">The checkout's commit; "unknown" without git.</param>
internal sealed record MachineFacts(
    DateTimeOffset Date,
    string Processor,
    int Cores,
    double MemoryGigabytes,
    string System,
    string Runtime,
    string PostgreSql,
    string Commit)
{
    /// <summary>All of it in one line.</summary>
    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{Date:yyyy-MM-dd HH:mm} UTC, commit {Commit}. {Processor}, {Cores} cores, {MemoryGigabytes} GB; {System}; "
            + $"{Runtime}; PostgreSQL {PostgreSql}.");

    public static MachineFacts Read(DateTimeOffset date, string postgresVersion, string checkout) => new(
        date,
        Value("/proc/cpuinfo", "model name") ?? "unknown",
        Environment.ProcessorCount,
        Math.Round(
            double.Parse((Value("/proc/meminfo", "MemTotal") ?? "0 kB").Split(' ')[0], CultureInfo.InvariantCulture)
                * 1024 / 1e9,
            1),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        postgresVersion,
        CommitOf(checkout));

    private static string? Value(string file, string name) =>
        File.ReadLines(file)
            .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();

    private static string CommitOf(string checkout)
    {
        try
        {
            using var git =
                Process.Start(new ProcessStartInfo("git", ["-C", checkout, "describe", "--always", "--dirty"])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                })!;
            var answer = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return answer.Length > 0 ? answer : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}
