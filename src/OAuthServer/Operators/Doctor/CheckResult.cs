namespace OAuthServer.Operators.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Facts">What was looked at.</param>
/// <param name="Findings">What is not as it should be.</param>
/// <param name="Missing">What turned out not to be there: checks that require it, or more, are not run.</param>
internal sealed record CheckResult(
    IReadOnlyList<CheckFact> Facts, IReadOnlyList<Finding> Findings, Requirement? Missing = null);
