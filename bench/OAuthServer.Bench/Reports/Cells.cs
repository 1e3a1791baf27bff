using System.Globalization;

namespace OAuthServer.Bench.Reports;

/// <summary>
/// The columns of a run's table, and what is in them. The console and the Markdown file show the same.
/// </summary>
internal static class Cells
{
    private const string None = "–";

    public static IReadOnlyList<string> Headings { get; } =
    [
        "workload", "conn", "server", "ops/s", "p50 ms", "p95", "p99", "max", "errors",
        "CPU-ms/op: server", "PostgreSQL", "sum", "× floor", "× cheaper than peer", "SQL/op", "client CPU-ms",
        "RSS MB", "busy %", "others %", "steal %",
    ];

    public static string[] Of(Summary row) =>
    [
        row.Workload, $"{row.Connections}", row.Server, Range(row.PerSecond, "0"),
        Number(row.P50, "0.00"), Number(row.P95, "0.00"), Range(row.P99, "0.0"), Number(row.Max, "0"), $"{row.Errors}",
        Range(row.ServerCpu, "0.000"), row.PostgresCpu is { } postgres ? Range(postgres, "0.000") : None,
        Range(row.Cpu, "0.000"),
        Ratio(row.TimesFloor), Ratio(row.TimesCheaper),
        row.Statements is { } statements ? Number(statements, "0.00") : None,
        Number(row.ClientCpu, "0.000"), Number(row.PeakMegabytes, "0"), Percent(row.Busy), Percent(row.Others),
        Percent(row.Steal),
    ];

    /// <summary>The median, with minimum and maximum behind it when they differ from it as printed.</summary>
    public static string Range(Spread figure, string format)
    {
        var (median, min, max) = (Text(figure.Median, format), Text(figure.Min, format), Text(figure.Max, format));
        return min == median && max == median ? median : $"{median} ({min}–{max})";
    }

    public static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Number(Spread figure, string format) => Text(figure.Median, format);

    private static string Percent(Spread share) => Text(share.Median * 100, "0");

    private static string Ratio(double? ratio) => ratio is { } known ? Text(known, "0.00") : None;
}
