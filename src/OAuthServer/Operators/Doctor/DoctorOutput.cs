using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Hosting;

namespace OAuthServer.Operators.Doctor;

/// <summary>How the doctor prints: aligned plain text for people, without colours; one JSON object for programs.</summary>
internal sealed class DoctorOutput(string environment, bool json, InvocationConfiguration console)
{
    /// <summary>Prints the faults of a configuration that nothing can run with: to standard error, unless it is JSON.</summary>
    public Task WriteAsync(IReadOnlyList<string> faults, int code)
    {
        if (json) return WriteJsonAsync(new(false, code, ServerVersion.Text, environment, faults, []));
        return console.Error.WriteLineAsync(string.Join(Environment.NewLine, faults.Select(fault => $"  - {fault}").Prepend("The configuration is wrong, so no server can start. Mend this:")));
    }

    /// <summary>Prints what was seen.</summary>
    public Task WriteAsync(DoctorReport report, int code) => json
        ? WriteJsonAsync(new(report.IsWell, code, ServerVersion.Text, environment, [], [.. report.Checks.Select(CheckJson.Of)]))
        : console.Output.WriteLineAsync(Words(report));

    private Task WriteJsonAsync(ReportJson report) => console.Output.WriteLineAsync(JsonSerializer.Serialize(report, DoctorJson.Default.ReportJson));

    private string Words(DoctorReport report)
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"OAuthServer {ServerVersion.Text}, {environment}").AppendLine();
        var facts = report.Checks.SelectMany(check => check.Saw?.Facts ?? [new Fact(check.Name, "not checked")]).ToList();
        var width = facts.Max(fact => fact.Name.Length);
        foreach (var fact in facts) text.AppendLine(CultureInfo.InvariantCulture, $"  {fact.Name.PadRight(width)}  {TerminalText.Safe(fact.Value)}");
        foreach (var finding in report.Findings)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{finding.Severity.ToString().ToUpperInvariant()}  {finding.Id}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  {TerminalText.Safe(finding.What)}").AppendLine(CultureInfo.InvariantCulture, $"  Do: {TerminalText.Safe(finding.Do)}");
        }

        return text.AppendLine().Append(Sum(report)).ToString();
    }

    private static string Sum(DoctorReport report)
    {
        var counts = report.Findings.CountBy(finding => finding.Severity).Select(count => Doctor.Words.Count(count.Value, count.Key.ToString().ToLowerInvariant()));
        return $"{string.Join(", ", counts.DefaultIfEmpty("No findings"))}.{(report.IsWell ? " All is well." : "")}";
    }

    /// <summary>What <c>--json</c> prints. Members are added at times, and never changed or removed.</summary>
    internal sealed record ReportJson(bool Ok, int ExitCode, string Version, string Environment, IReadOnlyList<string> Faults, IReadOnlyList<CheckJson> Checks);

    /// <param name="Checked">False when something that the check needs is not there.</param>
    internal sealed record CheckJson(string Name, bool Checked, IReadOnlyDictionary<string, string> Facts, IReadOnlyList<FindingJson> Findings)
    {
        public static CheckJson Of(Checked check) => new(
            check.Name, check.Saw is not null,
            (check.Saw?.Facts ?? []).ToDictionary(fact => fact.Name, fact => fact.Value, StringComparer.Ordinal),
            [.. (check.Saw?.Findings ?? []).Select(finding => new FindingJson(finding.Id, finding.Severity.ToString().ToLowerInvariant(), finding.What, finding.Do))]);
    }

    internal sealed record FindingJson([property: JsonPropertyName("code")] string Id, string Severity, string What, string Do);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DoctorOutput.ReportJson))]
internal sealed partial class DoctorJson : JsonSerializerContext;
