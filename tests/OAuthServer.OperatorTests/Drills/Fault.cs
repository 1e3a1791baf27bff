namespace OAuthServer.OperatorTests.Drills;

/// <summary>What a drill breaks.</summary>
public enum Fault
{
    /// <summary>Every process of PostgreSQL ends at once; it recovers from its own log.</summary>
    DatabaseKilled,

    /// <summary>One instance after the other ends in the middle of what it does.</summary>
    HostKilled,

    /// <summary>Every process of PostgreSQL stands still, with all connections open.</summary>
    DatabasePaused,

    /// <summary>Writing is refused on connections that are kept.</summary>
    DatabaseReadOnly,

    /// <summary>The primary is gone for good, and its synchronous standby takes over.</summary>
    FailedOver,
}
