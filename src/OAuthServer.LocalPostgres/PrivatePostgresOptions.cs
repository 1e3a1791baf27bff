namespace OAuthServer.LocalPostgres;

/// <summary>How a private PostgreSQL is started. Only Development and the tests start one.</summary>
internal sealed record PrivatePostgresOptions
{
    /// <summary>Where the cluster, its password and its log live.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// Folders searched for <c>initdb</c>, <c>postgres</c> and <c>pg_ctl</c>; null searches PATH and the usual places.
    /// </summary>
    public IReadOnlyList<string>? BinaryFolders { get; init; }

    /// <summary>
    /// Server settings, as in <c>postgresql.conf</c>. A cluster that is already running keeps those it was started
    /// with.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The port to listen on when it is free, and at every later start; null for any.</summary>
    public int? Port { get; init; }

    /// <summary>
    /// Gives up durability for speed: right for data that a test throws away, wrong for anything else.
    /// </summary>
    public bool Disposable { get; init; }
}
