namespace OAuthServer.LocalPostgres;

/// <summary>What came of starting a private PostgreSQL: one of the three records below.</summary>
internal abstract record PrivatePostgresStart
{
    private PrivatePostgresStart()
    {
    }

    /// <summary>It runs. Dispose the server to let go of it.</summary>
    public sealed record Started(PrivatePostgres Server) : PrivatePostgresStart;

    /// <summary>This machine has no PostgreSQL; the message says how to get one.</summary>
    public sealed record NotInstalled(string Message) : PrivatePostgresStart;

    /// <summary>
    /// There is a PostgreSQL but it did not start; the message says why, with the end of the server's log.
    /// </summary>
    public sealed record Failed(string Message) : PrivatePostgresStart;
}
