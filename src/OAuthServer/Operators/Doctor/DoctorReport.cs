namespace OAuthServer.Operators.Doctor;

/// <summary>What all checks found, in the order in which they were run.</summary>
internal sealed record DoctorReport(IReadOnlyList<CheckOutcome> Checks)
{
    /// <summary>Every finding, the worst first.</summary>
    public IReadOnlyList<Finding> Findings { get; } =
        [.. Checks.SelectMany(check => check.Result?.Findings ?? []).OrderByDescending(finding => finding.Severity)];

    /// <summary>Whether nothing needs an operator; notes do not.</summary>
    public bool IsWell => Findings.All(finding => finding.Severity == Severity.Note);
}
