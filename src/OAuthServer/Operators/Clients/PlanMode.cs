namespace OAuthServer.Operators.Clients;

/// <summary>What is done with a file of clients.</summary>
internal enum PlanMode
{
    /// <summary>Show what would change.</summary>
    Plan,

    /// <summary>Change it.</summary>
    Apply,
}
