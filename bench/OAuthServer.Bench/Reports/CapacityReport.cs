using System.Globalization;
using System.Text;
using OAuthServer.Bench.Database;
using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Reports;

/// <summary>What one machine and one PostgreSQL can do.</summary>
/// <param name="Database">What a caller waits for PostgreSQL when nobody else asks.</param>
/// <param name="Measurements">Sign-ins, code exchanges and refreshes, each alone at full load.</param>
internal sealed record CapacityReport(
    MachineFacts Machine, int Connections, CommitProbe Database, IReadOnlyList<Measurement> Measurements)
{
    // Above this share the processors are the limit: the rest is scheduling.
    private const double Full = 0.85;

    private const double TooMuchElsewhere = 0.10;

    /// <summary>The answer for the operator, as Markdown that reads as text.</summary>
    public string Card()
    {
        var card = new StringBuilder();
        card.AppendLine().AppendLine("# What this machine can do").AppendLine();
        card.AppendLine(
            CultureInfo.InvariantCulture,
            $"{Machine.Processor}, {Machine.Cores} cores; {Machine.Runtime}; PostgreSQL {Machine.PostgreSql}; "
                + $"{Machine.Date:yyyy-MM-dd HH:mm} UTC.");
        card.AppendLine(
            CultureInfo.InvariantCulture,
            $"PostgreSQL answers in {Database.RoundTrip:0.00} ms and commits in {Database.Commit:0.00} ms (one "
                + $"caller). Load generator and server share this machine.").AppendLine();
        card.AppendLine(
            "| | per second | p50 ms | p99 ms | CPU-ms each: server | PostgreSQL | errors | what limits it |")
            .AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var run in Measurements)
        {
            card.AppendLine(CultureInfo.InvariantCulture,
                $"| {Title(run)} | {run.PerSecond:0} | {run.Latency.P50:0.0} | {run.Latency.P99:0.0} | "
                    + $"{run.ServerCpu:0.00} | {(run.PostgresCpu is { } cpu ? Cells.Text(cpu, "0.00") : "elsewhere")} "
                    + $"| {run.Errors} | {Limit(run)} |");
        }

        card.AppendLine();
        if (Measurements.Any(run => run.Others + run.Steal > TooMuchElsewhere)) card.AppendLine(Disturbance);
        foreach (var run in Measurements.Where(run => run.FirstFault is not null))
            card.AppendLine(
                CultureInfo.InvariantCulture,
                $"{run.Workload}: the first error was {run.FirstFault!.ReplaceLineEndings(" ")}");
        return card.ToString();
    }

    // What runs beside us cannot be told apart from a PostgreSQL whose processes we do not know.
    private string Disturbance => Measurements.Any(run => run.PostgresCpu is null)
        ? "Other programs took more than a tenth of this machine meanwhile: your PostgreSQL, if it is here; else the "
            + "machine can do more than this."
        : "Other programs or guests took more than a tenth of the machine meanwhile: it can do more than this.";

    private static string Title(Measurement run) => run.Workload switch
    {
        "sign-in" => "sign-ins",
        "code" => "code exchanges (authorize and token)",
        _ => "refreshes",
    };

    private string Limit(Measurement run)
    {
        if (run.Workload == "sign-in")
            return $"the password hash: {Cells.Text(run.ServerCpu, "0")} ms of processor for each, on at most half of "
                + "the cores";
        if (run.Busy + run.Steal >= Full)
            return $"processors ({Share(run.ServerCpu, run)} server, "
                + $"{(run.PostgresCpu is { } postgres ? Share(postgres, run) + " PostgreSQL, " : "")}"
                + $"{Share(run.ClientCpu, run)} load generator, {Percent(run.Others + run.Steal)} others)";
        return run.Latency.P50 > 2 * Database.Commit
            ? $"waiting for PostgreSQL: processors here are {Percent(run.Busy)} busy; look at its processors, disk and "
                + "connection limit"
            : $"too few callers: processors are {Percent(run.Busy)} busy; try more --connections";
    }

    // Of the time that this machine's processors had.
    private string Share(double cpu, Measurement run) => Percent(cpu * run.PerSecond / 1000 / Machine.Cores);

    private static string Percent(double share) => Cells.Text(share * 100, "0") + " %";
}
