namespace OAuthServer.Operators.Doctor;

/// <summary>Collects what a check sees.</summary>
internal sealed class Notes
{
    private readonly List<Fact> _facts = [];
    private readonly List<Finding> _findings = [];

    /// <summary>Notes a fact.</summary>
    public Notes Fact(string name, string value)
    {
        _facts.Add(new(name, value));
        return this;
    }

    /// <summary>Notes a finding.</summary>
    public Notes Found(string id, Severity severity, string what, string whatToDo)
    {
        _findings.Add(new(id, severity, what, whatToDo));
        return this;
    }

    /// <summary>Notes a finding if it is one.</summary>
    public Notes FoundIf(bool holds, string id, Severity severity, string what, string whatToDo) => holds ? Found(id, severity, what, whatToDo) : this;

    /// <summary>All that was noted.</summary>
    public Examination Done(Ground? missing = null) => new(_facts, _findings, missing);

    /// <summary>The same as the answer of a check that did not have to wait for anything.</summary>
    public Task<Examination> DoneAsync() => Task.FromResult(Done());
}
