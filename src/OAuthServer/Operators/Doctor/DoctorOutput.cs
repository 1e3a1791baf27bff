using System.CommandLine;
using System.Text.Json;
using OAuthServer.Hosting;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// How the doctor prints: aligned plain text for people, without colours; one JSON object for programs.
/// </summary>
internal sealed class DoctorOutput(string environment, bool json, ParseResult parsed)
{
    /// <summary>
    /// Prints the faults of a configuration that no server starts with: to standard error, unless it is JSON.
    /// </summary>
    public Task PrintAsync(IReadOnlyList<string> faults, int code)
    {
        if (json) return PrintJsonAsync(new(false, code, ServerVersion.Text, environment, faults, []));
        var lines = faults.Select(fault => $"  - {TerminalText.Safe(fault)}");
        return parsed.PrintErrorAsync(
            string.Join(Environment.NewLine, lines.Prepend("No server can start with these settings. Fix them:")));
    }

    /// <summary>Prints what was found.</summary>
    public Task PrintAsync(DoctorReport report, int code)
    {
        if (!json) return parsed.PrintAsync(Text(report));
        CheckJson[] checks = [.. report.Checks.Select(CheckJson.Of)];
        return PrintJsonAsync(new(report.IsWell, code, ServerVersion.Text, environment, [], checks));
    }

    private Task PrintJsonAsync(DoctorJson report) =>
        parsed.PrintAsync(JsonSerializer.Serialize(report, DoctorJsonContext.Default.DoctorJson));

    private string Text(DoctorReport report)
    {
        List<string> lines = [$"OAuthServer {ServerVersion.Text}, {environment}", ""];
        var facts = report.Checks.SelectMany(FactsOf).ToList();
        var width = facts.Max(fact => fact.Name.Length);
        lines.AddRange(facts.Select(fact => $"  {fact.Name.PadRight(width)}  {fact.Value}"));
        foreach (var finding in report.Findings)
        {
            var severity = finding.Severity.ToString().ToUpperInvariant();
            lines.AddRange(["", $"{severity}  {finding.Id}", $"  {finding.What}", $"  Do: {finding.Do}"]);
        }

        lines.AddRange(["", Sum(report)]);
        return string.Join(Environment.NewLine, lines.Select(TerminalText.Safe));
    }

    private static IReadOnlyList<CheckFact> FactsOf(CheckOutcome check) =>
        check.Result?.Facts ?? [new CheckFact(check.Name, "not checked")];

    private static string Sum(DoctorReport report)
    {
        var counts = report.Findings.CountBy(finding => finding.Severity)
            .Select(count => Quantity.Of(count.Value, count.Key.ToString().ToLowerInvariant()));
        return $"{string.Join(", ", counts.DefaultIfEmpty("No findings"))}.{(report.IsWell ? " All is well." : "")}";
    }
}
