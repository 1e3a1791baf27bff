using System.Text.Json;

namespace OAuthServer.Operators.Import;

/// <summary>How a report is printed: lines for people, JSON for programs.</summary>
internal static class ImportOutput
{
    public static string Json(ImportReport report) => JsonSerializer.Serialize(report, ImportJson.Default.ImportReport);

    /// <summary>What is made, with what it lost on the way below it; what is left; and the numbers.</summary>
    public static string Lines(ImportReport report)
    {
        var differs = report.Differs.ToLookup(note => (note.Kind, note.Name));
        var lines = new List<string>();
        foreach (var made in report.Made)
        {
            lines.Add($"+ {made.Kind} {made.Name}{(made.Why is null ? "" : $": {made.Why}")}");
            lines.AddRange(differs[(made.Kind, made.Name)].Select(note => $"    {note.Why}"));
        }

        var others = report.Differs.Except(report.Made.SelectMany(made => differs[(made.Kind, made.Name)]));
        lines.AddRange(others.Select(note => $"~ {note.Kind} {note.Name}: {note.Why}"));
        lines.AddRange(report.Left.Select(note => $"- {note.Kind} {note.Name} is left: {note.Why}"));
        lines.AddRange(report.Counts.Select(kind => Sum(kind.Key, kind.Value, report.Applied)));
        lines.AddRange(report.Secrets.Select(made =>
            $"client_secret of {made.Key} (it is not shown again): {made.Value}"));
        if (!report.Applied)
            lines.Add(report.Changes ? "Nothing was written. --apply does it." : "Nothing is to be done.");
        return string.Join(Environment.NewLine, lines.Select(TerminalText.Safe));
    }

    private static string Sum(string kind, ImportCount count, bool applied) =>
        $"{kind}: {count.Made} {(applied ? "made" : "to make")}, {count.AlreadyThere} there already, {count.Left} left";
}
