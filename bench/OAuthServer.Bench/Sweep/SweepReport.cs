using System.Globalization;
using System.Text;
using OAuthServer.Bench.Database;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;

namespace OAuthServer.Bench.Sweep;

/// <summary>What refreshes took without the sweep and beside it, and what the sweep did.</summary>
/// <param name="Waiting">Expired rows when it began.</param>
/// <param name="Left">Of them, when the counted run was over.</param>
/// <param name="Drained">From the first rows that left to the last.</param>
internal sealed record SweepReport(
    MachineFacts Machine,
    string How,
    Measurement Alone,
    Measurement Beside,
    long Waiting,
    long Left,
    TimeSpan Drained,
    long Deadlocks)
{
    private static readonly string[] Headings =
    [
        "",
        "refreshes/s",
        "p50 ms",
        "p95",
        "p99",
        "max",
        "errors",
        "CPU-ms/op: server",
        "PostgreSQL",
        "busy %",
        "others %",
    ];

    public required LongestStatement? LongestDelete { get; init; }

    public required LongestStatement? LongestRefresh { get; init; }

    public required LongestStatement? Longest { get; init; }

    public double TimesP99 => Beside.Latency.P99 / Alone.Latency.P99;

    /// <summary>The limits that this run did not keep, in words.</summary>
    public IReadOnlyList<string> Broken
    {
        get
        {
            var broken = new List<string>();
            if (Deadlocks > 0) broken.Add($"{Deadlocks} deadlocks");
            if (Longest?.Milliseconds > SweepOptions.LongestStatement)
            {
                var took = Cells.Text(Longest.Milliseconds, "0");
                broken.Add($"a statement took {took} ms, more than {SweepOptions.LongestStatement}");
            }

            if (TimesP99 > SweepOptions.MostTimesP99)
            {
                var grew = Cells.Text(TimesP99, "0.00");
                broken.Add($"p99 grew to {grew} times, more than {Cells.Text(SweepOptions.MostTimesP99, "0.0")}");
            }

            if (Alone.Errors + Beside.Errors > 0)
                broken.Add(
                    $"{Alone.Errors + Beside.Errors} refreshes failed, first: "
                        + $"{(Alone.FirstFault ?? Beside.FirstFault)?.ReplaceLineEndings(" ")}");
            return broken;
        }
    }

    public string ToMarkdown()
    {
        var page = new StringBuilder();
        page.AppendLine("# Sweep").AppendLine().AppendLine(Machine.Summary).AppendLine().AppendLine(How).AppendLine();
        page.AppendLine(Row(Headings))
            .AppendLine(Row(Headings.Select(_ => "---")))
            .AppendLine(Row(CellsOf("without", Alone)))
            .AppendLine(Row(CellsOf("beside", Beside)))
            .AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"- p99 beside the sweep: {TimesP99:0.00} times");
        page.AppendLine(
            CultureInfo.InvariantCulture,
            $"- {Waiting:#,0} rows drained in {Drained.TotalSeconds:0} s ({Waiting / Drained.TotalSeconds:#,0} a "
                + $"second); {Left:#,0} were left at the end of the counted run");
        page.AppendLine(CultureInfo.InvariantCulture, $"- deadlocks: {Deadlocks}");
        page.AppendLine(
            CultureInfo.InvariantCulture,
            $"- longest delete of the sweep: {LongestDelete?.Milliseconds ?? 0:0.0} ms; longest refresh: "
                + $"{LongestRefresh?.Milliseconds ?? 0:0.0} ms");
        page.AppendLine(
            CultureInfo.InvariantCulture,
            $"- longest statement of all: {Longest?.Milliseconds ?? 0:0.0} ms, `{Longest?.Text}`");
        return page.AppendLine()
            .AppendLine(Broken.Count == 0 ? "All limits were kept." : $"Not kept: {string.Join("; ", Broken)}.")
            .ToString();
    }

    private static string[] CellsOf(string name, Measurement run) =>
    [
        name, Cells.Text(run.PerSecond, "0"), Cells.Text(run.Latency.P50, "0.0"), Cells.Text(run.Latency.P95, "0.0"),
        Cells.Text(run.Latency.P99, "0.0"), Cells.Text(run.Latency.Max, "0"), $"{run.Errors}",
        Cells.Text(run.ServerCpu, "0.000"), Cells.Text(run.PostgresCpu ?? 0, "0.000"), Cells.Text(run.Busy * 100, "0"),
        Cells.Text(run.Others * 100, "0"),
    ];

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
