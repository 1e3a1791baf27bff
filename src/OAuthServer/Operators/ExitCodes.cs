namespace OAuthServer.Operators;

/// <summary>How every command ends.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and nothing was found.</summary>
    public const int Done = 0;

    /// <summary>The request was refused, or something was found.</summary>
    public const int Refused = 1;

    /// <summary>The command line or a setting is wrong.</summary>
    public const int Misconfigured = 2;

    /// <summary>The database or the key store cannot be used.</summary>
    public const int Unavailable = 3;

    /// <summary><c>clients plan</c> alone: applying the file would change something.</summary>
    public const int ChangesPending = 4;
}
