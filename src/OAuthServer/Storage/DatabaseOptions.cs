using System.Data.Common;
using Npgsql;
using OAuthServer.Settings;

namespace OAuthServer.Storage;

/// <summary>Where the database is: <c>ConnectionStrings:OAuthServer</c>.</summary>
internal sealed class DatabaseOptions
{
    /// <summary>The setting of <see cref="ConnectionString"/>.</summary>
    public const string Key = "ConnectionStrings:OAuthServer";

    /// <summary>The setting of <see cref="ListenConnectionString"/>.</summary>
    public const string ListenKey = "ConnectionStrings:OAuthServerListen";

    /// <summary>The setting of <see cref="PasswordFile"/>.</summary>
    public const string PasswordFileKey = "ConnectionStrings:OAuthServerPasswordFile";

    /// <summary>The setting of <see cref="PasswordSecret"/>.</summary>
    public const string PasswordSecretKey = "ConnectionStrings:OAuthServerPasswordSecret";

    private const int PreparedStatements = 64;
    private const int KeepAliveSeconds = 15;
    private const int PatienceSeconds = 5;
    private const int NoWaitForCancel = -1;

    /// <summary>An Npgsql connection string; may hold a password.</summary>
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>
    /// <c>ConnectionStrings:OAuthServerListen</c>: the same database without a pooler that shares sessions, for the one
    /// connection that waits for notifications; null when the other one will do.
    /// </summary>
    public string? ListenConnectionString { get; set; }

    /// <summary>
    /// <c>ConnectionStrings:OAuthServerPasswordFile</c>: a file with the password of both, read for each new
    /// connection, so that a rotated one needs no restart; null when it stands in the connection string.
    /// </summary>
    public string? PasswordFile { get; set; }

    /// <summary>
    /// <c>ConnectionStrings:OAuthServerPasswordSecret</c>: the same as a secret in AWS Secrets Manager, by its name or
    /// ARN; null when there is none.
    /// </summary>
    public string? PasswordSecret { get; set; }

    /// <summary>
    /// The pool that the whole server shares. Statements are prepared on their second use unless the connection string
    /// says otherwise (<c>Max Auto Prepare=0</c> for a pooler in transaction mode), and a returned connection is not
    /// reset, since nothing here changes a session's state; both save work on every token request. No connection
    /// string lets the values of statements or rows into a log.
    /// </summary>
    public NpgsqlDataSource CreateDataSource(IDatabasePassword? password = null) =>
        RotatedPassword.DataSource(Settings(ConnectionString).ConnectionString, password);

    /// <summary>For the connection that waits for notifications; it is in no pool.</summary>
    public NpgsqlConnectionStringBuilder ListenSettings()
    {
        var settings = Settings(ListenConnectionString ?? ConnectionString);
        settings.Pooling = false;
        return settings;
    }

    // The connection string with what is ours, and with our defaults where it says nothing.
    private static NpgsqlConnectionStringBuilder Settings(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            NoResetOnClose = true,
            LogParameters = false,
            IncludeErrorDetail = false,
        };
        // Npgsql's own builder contains every key that it knows.
        var said = new DbConnectionStringBuilder { ConnectionString = settings.ConnectionString };
        Default("Max Auto Prepare", PreparedStatements);
        Default("Auto Prepare Min Usages", 2);
        // A request waits for a connection and then for its answer; together ten seconds at most.
        Default("Timeout", PatienceSeconds);
        Default("Command Timeout", PatienceSeconds);
        // A statement that takes too long loses its connection. Npgsql still asks the server to cancel it, and does
        // not wait for what comes of that: a commit that waits for its standby would count as done.
        Default("Cancellation Timeout", NoWaitForCancel);
        if (settings.TcpKeepAliveTime == 0 && !IsSocketFile(settings.Host)) KeepAlive(settings);
        return settings;

        void Default(string keyword, int value)
        {
            if (!said.ContainsKey(keyword)) settings[keyword] = value;
        }
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

/// <summary>What an operator may write in <c>ConnectionStrings</c>.</summary>
internal sealed class DatabaseOptionsValidator : OptionsValidator<DatabaseOptions>
{
    protected override IEnumerable<string?> Faults(DatabaseOptions options) =>
    [
        ConnectionText.Fault(DatabaseOptions.Key, options.ConnectionString),
        options.ListenConnectionString is { } listen ? ConnectionText.Fault(DatabaseOptions.ListenKey, listen) : null,
        RotatedPassword.Fault(
            options.PasswordFile, options.PasswordSecret, options.ConnectionString, options.ListenConnectionString),
    ];
}
