namespace OAuthServer.Operators.Clients;

/// <summary>How bad a finding of <see cref="ClientLint"/> is.</summary>
internal enum FindingSeverity
{
    /// <summary>It works; somebody should look at it.</summary>
    Warning,

    /// <summary>The client, or a part of what it is registered for, cannot work.</summary>
    Error,
}
