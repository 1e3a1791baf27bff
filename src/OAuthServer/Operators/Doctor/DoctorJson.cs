using System.Text.Json.Serialization;

namespace OAuthServer.Operators.Doctor;

/// <summary>What <c>doctor --json</c> prints. Members are added at times, and never changed or removed.</summary>
internal sealed record DoctorJson(
    bool Ok,
    int ExitCode,
    string Version,
    string Environment,
    IReadOnlyList<string> Faults,
    IReadOnlyList<CheckJson> Checks);

/// <param name="Checked">False when something that the check requires is not there.</param>
internal sealed record CheckJson(
    string Name, bool Checked, IReadOnlyDictionary<string, string> Facts, IReadOnlyList<FindingJson> Findings)
{
    public static CheckJson Of(CheckOutcome check) => new(
        check.Name,
        check.Result is not null,
        (check.Result?.Facts ?? []).ToDictionary(fact => fact.Name, fact => fact.Value, StringComparer.Ordinal),
        [.. (check.Result?.Findings ?? []).Select(FindingJson.Of)]);
}

internal sealed record FindingJson(
    [property: JsonPropertyName("code")] string Id, string Severity, string What, string Do)
{
    public static FindingJson Of(Finding finding) =>
        new(finding.Id, finding.Severity.ToString().ToLowerInvariant(), finding.What, finding.Do);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DoctorJson))]
internal sealed partial class DoctorJsonContext : JsonSerializerContext;
