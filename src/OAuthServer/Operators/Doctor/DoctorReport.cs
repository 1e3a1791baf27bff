namespace OAuthServer.Operators.Doctor;

/// <summary>One check and what it saw; null when what it stands on is not there.</summary>
internal sealed record Checked(string Name, Examination? Saw);

/// <summary>What the doctor saw, in the order in which it looked.</summary>
internal sealed record DoctorReport(IReadOnlyList<Checked> Checks)
{
    /// <summary>Every finding, the worst first.</summary>
    public IReadOnlyList<Finding> Findings { get; } =
        [.. Checks.SelectMany(check => check.Saw?.Findings ?? []).OrderByDescending(finding => finding.Severity)];

    /// <summary>Whether nothing needs an operator; notes do not.</summary>
    public bool IsWell => Findings.All(finding => finding.Severity == Severity.Note);
}
