namespace OAuthServer.Operators.Doctor;

/// <summary>How much a finding matters.</summary>
internal enum Severity
{
    /// <summary>Worth knowing; all is well all the same.</summary>
    Note,

    /// <summary>Works, and will hurt: now under load, or later.</summary>
    Warning,

    /// <summary>Something does not work, or is not safe.</summary>
    Error,
}

/// <summary>Something that an operator has to know.</summary>
/// <param name="Id">Its code, one of <see cref="FindingIds"/>: stable, for scripts and for docs/operations/doctor.md.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="What">What is the case, in a sentence. Never a secret.</param>
/// <param name="Do">What to do about it.</param>
internal sealed record Finding(string Id, Severity Severity, string What, string Do);

/// <summary>Something that was looked at, such as the issuer or the age of a key.</summary>
internal sealed record Fact(string Name, string Value);

/// <summary>What a check has to stand on.</summary>
internal enum Ground
{
    /// <summary>The configuration, which is always there.</summary>
    Configuration,

    /// <summary>A database that answers.</summary>
    Database,

    /// <summary>The tables of this build.</summary>
    Schema,
}

/// <summary>What one check saw.</summary>
/// <param name="Facts">What was looked at.</param>
/// <param name="Findings">What is not as it should be.</param>
/// <param name="Missing">The ground that turned out not to be there: checks that stand on it, or on more, are not run.</param>
internal sealed record Examination(IReadOnlyList<Fact> Facts, IReadOnlyList<Finding> Findings, Ground? Missing = null);

/// <summary>One thing that <c>OAuthServer doctor</c> looks at. It reads only; an outage is a finding, never an exception.</summary>
internal interface IDoctorCheck
{
    /// <summary>What is looked at, in a word or two.</summary>
    string Name { get; }

    /// <summary>What has to be there for the check to mean anything.</summary>
    Ground StandsOn { get; }

    /// <summary>Looks.</summary>
    Task<Examination> ExamineAsync(CancellationToken ct);
}
