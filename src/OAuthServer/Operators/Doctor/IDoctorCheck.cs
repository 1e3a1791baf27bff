namespace OAuthServer.Operators.Doctor;

/// <summary>
/// One thing that <c>OAuthServer doctor</c> checks. It reads only; an outage is a finding, never an exception.
/// </summary>
internal interface IDoctorCheck
{
    /// <summary>What is checked, in a word or two.</summary>
    string Name { get; }

    /// <summary>What has to be there for the check to mean anything.</summary>
    Requirement Requires { get; }

    Task<CheckResult> RunAsync(CancellationToken ct);
}
