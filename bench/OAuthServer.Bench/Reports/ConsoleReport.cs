using Spectre.Console;

namespace OAuthServer.Bench.Reports;

/// <summary>Prints a run's tables.</summary>
internal static class ConsoleReport
{
    private const int WidthOfAFile = 240;

    public static void Print(RunReport report)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = WidthOfAFile;
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in Cells.Headings) table.AddColumn(new TableColumn(Markup.Escape(heading)));
        foreach (var row in report.Summaries) table.AddRow([.. Cells.Of(row).Select(Markup.Escape)]);
        AnsiConsole.Write(table);
        foreach (var line in MarkdownReport.Notes(report)) Console.WriteLine(line);
    }
}
