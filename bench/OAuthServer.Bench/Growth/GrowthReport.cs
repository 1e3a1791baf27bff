using System.Globalization;
using System.Text;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;

namespace OAuthServer.Bench.Growth;

/// <summary>One run of one stage.</summary>
/// <param name="OwnSessions">Whether each caller refreshed a session of its own, or each time another.</param>
/// <param name="LogBytes">What PostgreSQL wrote to its log (WAL) for each refresh; after a checkpoint a page's first
/// change logs the whole page.</param>
internal sealed record GrowthMeasurement(bool OwnSessions, Measurement Run, double LogBytes);

/// <summary>A stage, its size on disk and its runs.</summary>
internal sealed record StageResult(Stage Stage, TableSize Size, IReadOnlyList<GrowthMeasurement> Runs)
{
    /// <summary>Of the families' table with its indexes.</summary>
    public double BytesPerSession => (double)Size.Total / Stage.Rows;

    /// <summary>Only the runs of one kind.</summary>
    public StageResult Of(bool ownSessions) =>
        this with { Runs = [.. Runs.Where(run => run.OwnSessions == ownSessions)] };

    public Spread Cpu => Over(run => run.Run.Cpu);

    public Spread P99 => Over(run => run.Run.Latency.P99);

    public long Errors => Runs.Sum(run => run.Run.Errors);

    public Spread Over(Func<GrowthMeasurement, double> figure) => Spread.Of(Runs.Select(figure));
}

/// <summary>All stages, by series; ratios are against a series' first.</summary>
internal sealed record GrowthReport(MachineFacts Machine, string How, IReadOnlyList<IReadOnlyList<StageResult>> Series)
{
    private static readonly string[] Headings =
    [
        "live sessions", "clients", "bytes/session", "rows' part", "indexes'", "ops/s", "p50 ms", "p99 ms", "× p99",
        "CPU-ms/op: server", "PostgreSQL", "sum", "× CPU", "WAL bytes/op", "errors",
    ];

    public string ToMarkdown()
    {
        var page = new StringBuilder();
        page.AppendLine("# Growth").AppendLine().AppendLine(Machine.Summary).AppendLine().AppendLine(How);
        var tables = from own in GrowthOptions.OwnSessions from series in Series select (own, series);
        foreach (var (ownSessions, series) in tables)
        {
            page.AppendLine()
                .AppendLine(ownSessions ? "Each caller its own session:" : "Each refresh another session:")
                .AppendLine();
            page.AppendLine(Row(Headings)).AppendLine(Row(Headings.Select(_ => "---")));
            foreach (var stage in series)
                page.AppendLine(Row(CellsOf(stage.Of(ownSessions), series[0].Of(ownSessions))));
        }

        foreach (var fault in Series.SelectMany(series => series)
            .SelectMany(stage => stage.Runs)
            .Select(run => run.Run.FirstFault)
            .OfType<string>()
            .Take(1))
        {
            page.AppendLine()
                .AppendLine(CultureInfo.InvariantCulture, $"The first error was {fault.ReplaceLineEndings(" ")}");
        }

        return page.ToString();
    }

    private static string[] CellsOf(StageResult result, StageResult first) =>
    [
        Count(result.Stage.Rows), Count(result.Stage.Clients),
        Cells.Text(result.BytesPerSession, "0"), Cells.Text((double)result.Size.Rows / result.Stage.Rows, "0"),
        Cells.Text((double)result.Size.Indexes / result.Stage.Rows, "0"),
        Cells.Range(result.Over(run => run.Run.PerSecond), "0"),
        Cells.Text(result.Over(run => run.Run.Latency.P50).Median, "0.0"),
        Cells.Range(result.P99, "0.0"), Cells.Text(result.P99.Median / first.P99.Median, "0.00"),
        Cells.Range(result.Over(run => run.Run.ServerCpu), "0.000"),
        Cells.Range(result.Over(run => run.Run.PostgresCpu ?? 0), "0.000"),
        Cells.Range(result.Cpu, "0.000"), Cells.Text(result.Cpu.Median / first.Cpu.Median, "0.00"),
        Cells.Range(result.Over(run => run.LogBytes), "0"), Count(result.Errors),
    ];

    private static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
