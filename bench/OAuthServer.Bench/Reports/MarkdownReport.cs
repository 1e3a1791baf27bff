using System.Globalization;
using System.Text;

namespace OAuthServer.Bench.Reports;

/// <summary>A run as a Markdown page.</summary>
internal static class MarkdownReport
{
    public static string Of(RunReport report)
    {
        var page = new StringBuilder();
        page.AppendLine("# Benchmark").AppendLine();
        page.AppendLine(report.Machine.Summary).AppendLine();
        page.AppendLine(report.How).AppendLine();
        page.AppendLine(Row(Cells.Headings)).AppendLine(Row(Cells.Headings.Select(_ => "---")));
        foreach (var summary in report.Summaries) page.AppendLine(Row(Cells.Of(summary)));
        page.AppendLine();
        foreach (var note in Notes(report)) page.Append("- ").AppendLine(note);
        return page.ToString();
    }

    /// <summary>Start times, memory, allocations and failures, one a line.</summary>
    public static IEnumerable<string> Notes(RunReport report)
    {
        foreach (var start in report.Starts)
            yield return $"{start.Server}: {Cells.Range(start.Seconds, "0.00")} s from start to ready";
        foreach (var resident in report.Residents)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{resident.Server}: {resident.Bytes / 1e6:0} MB resident after all load");
        foreach (var allocation in report.Allocations)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{allocation.Server}, {allocation.Workload}: {allocation.BytesPerOperation / 1024:0.0} KiB allocated "
                    + $"per operation");
        foreach (var failed in report.Summaries.Where(summary => summary.Errors > 0))
            yield return $"ERRORS: {failed.Server}, {failed.Workload}, {failed.Connections} connections: "
                + $"{failed.Errors}, the first: {failed.FirstFault?.ReplaceLineEndings(" ")}";
    }

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
