namespace OAuthServer.Operators.Doctor;

/// <summary>Something that an operator has to know.</summary>
/// <param name="Id">Its code, one of <see cref="FindingIds"/>: stable, for scripts and for
/// docs/operations/doctor.md.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="What">What is the case, in a sentence. Never a secret.</param>
/// <param name="Do">What to do about it.</param>
internal sealed record Finding(string Id, Severity Severity, string What, string Do);
