namespace OAuthServer.Operators.Doctor;

/// <summary>Collects what a check finds.</summary>
internal sealed class CheckReport
{
    private readonly List<CheckFact> _facts = [];
    private readonly List<Finding> _findings = [];

    public void Fact(string name, string value) => _facts.Add(new(name, value));

    public void Error(string id, string what, string whatToDo) => Add(Severity.Error, id, what, whatToDo);

    public void Warning(string id, string what, string whatToDo) => Add(Severity.Warning, id, what, whatToDo);

    public void Note(string id, string what, string whatToDo) => Add(Severity.Note, id, what, whatToDo);

    public void Add(Severity severity, string id, string what, string whatToDo) =>
        _findings.Add(new(id, severity, what, whatToDo));

    /// <summary>All that was collected.</summary>
    /// <param name="missing">What other checks need and this one did not find.</param>
    public CheckResult Result(Requirement? missing = null) => new(_facts, _findings, missing);
}
