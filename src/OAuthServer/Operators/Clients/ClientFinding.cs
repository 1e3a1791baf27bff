namespace OAuthServer.Operators.Clients;

/// <summary>How bad a finding is.</summary>
internal enum FindingSeverity
{
    /// <summary>It works; somebody should look at it.</summary>
    Warning,

    /// <summary>The client, or a part of what it is registered for, cannot work.</summary>
    Error,
}

/// <summary>Something that <see cref="ClientLint"/> found in a client's row.</summary>
/// <param name="ClientId">The row.</param>
/// <param name="Rule">A stable code; docs/operations/clients.md lists them.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="What">What is so: a sentence.</param>
/// <param name="Advice">What to do about it: a sentence.</param>
internal sealed record ClientFinding(string ClientId, string Rule, FindingSeverity Severity, string What, string Advice);
