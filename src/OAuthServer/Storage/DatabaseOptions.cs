using Npgsql;

namespace OAuthServer.Storage;

/// <summary>Where the database is: <c>ConnectionStrings:OAuthServer</c>.</summary>
internal sealed class DatabaseOptions
{
    private const int PreparedStatements = 64;
    private const int KeepAliveSeconds = 15;

    /// <summary>An Npgsql connection string; may hold a password.</summary>
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>True when the connection string is there and can be read.</summary>
    public static bool IsReadable(DatabaseOptions options)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(options.ConnectionString).Host is { Length: > 0 };
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>
    /// The pool that the whole server shares. Statements are prepared on their second use, and a returned
    /// connection is not reset, since nothing here changes a session's state; both save work on every token
    /// request. No connection string lets the values of statements or rows into a log.
    /// </summary>
    public NpgsqlDataSource CreateDataSource()
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            MaxAutoPrepare = PreparedStatements,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            LogParameters = false,
            IncludeErrorDetail = false,
        };
        if (settings.TcpKeepAliveTime == 0 && !IsSocketFile(settings.Host)) KeepAlive(settings);
        return NpgsqlDataSource.Create(settings);
    }

    // A connection that waits for notifications would never notice that a firewall has forgotten it; the kernel
    // asks instead.
    private static void KeepAlive(NpgsqlConnectionStringBuilder settings)
    {
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = KeepAliveSeconds;
        settings.TcpKeepAliveInterval = KeepAliveSeconds;
    }

    // A socket of this machine has no firewall in between, and refuses the settings.
    private static bool IsSocketFile(string? host) => host is ['/' or '@', ..];

    /// <summary>The connection string may hold a password.</summary>
    public override string ToString() => nameof(DatabaseOptions);
}
