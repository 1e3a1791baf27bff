using System.Globalization;
using System.Text;
using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Scale;

/// <summary>The simulated days of ever more sessions, as a table.</summary>
internal sealed record ScaleReport(
    MachineFacts Machine, SessionLife Life, SimulatedDay Day, MeasuredSizes Sizes, IReadOnlyList<Estimate> Estimates)
{
    public string ToMarkdown()
    {
        var page = new StringBuilder();
        page.AppendLine("# Scale").AppendLine().AppendLine(Machine.Summary).AppendLine();
        page.AppendLine(
            CultureInfo.InvariantCulture,
            $"Assumed: a session is used for {Life.DaysOfUse:0} days in the mean, {Life.RefreshesADay:0} refreshes a "
                + $"day; the busiest hour has {Life.Peak} times the mean.");
        page.AppendLine(
            CultureInfo.InvariantCulture,
            $"For each live session: {Day.Begun:0.0000} begin and {Day.Leaving:0.0000} leave on a day, "
                + $"{Day.Refreshes:0.00} refreshes, {Day.Rows:0.000} rows.");
        page.AppendLine(
            CultureInfo.InvariantCulture,
            $"Bytes of a row and its index entries: session {Size(Sizes.Session)}, code {Size(Sizes.Code)}, audit "
                + $"event {Size(Sizes.AuditEvent)}.").AppendLine();
        page.AppendLine(
            "| live sessions | refreshes/s | at peak | codes/s | rows leaving/s | cores at peak: server | PostgreSQL | "
                + "GB: sessions | codes | audit, a day | WAL GB a day |");
        page.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var estimate in Estimates) page.AppendLine(Row(estimate));
        return page.ToString();
    }

    private static string Size(RowSize size) =>
        string.Create(CultureInfo.InvariantCulture, $"{size.Row:0} + {size.Indexes:0}");

    private static string Row(Estimate estimate) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {estimate.Sessions:#,0} | {estimate.RefreshesASecond:#,0} | {estimate.RefreshesAtPeak:#,0} | "
        + $"{estimate.CodesASecond:#,0.0} | {estimate.LeavingASecond:#,0.0} | {estimate.Cores.Server:0.0} | "
        + $"{estimate.Cores.Database:0.0} | {estimate.Disk.Sessions:#,0.0} | {estimate.Disk.Codes:#,0.0} | "
        + $"{estimate.Disk.AuditADay:#,0.0} | {estimate.LogADay:#,0.0} |");
}
