using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>How messages speak of a database and of what went wrong with it: never with the password.</summary>
internal static class DatabasePlace
{
    private const string Usual =
        "Check that PostgreSQL runs, that this machine may reach it, and the role, password and database of "
        + "ConnectionStrings:OAuthServer.";

    /// <summary>Host, port and name, as in <c>db:5432/oauth</c>.</summary>
    public static string Of(string? connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var port = settings.Port.ToString(CultureInfo.InvariantCulture);
        return $"{settings.Host}:{port}/{settings.Database ?? settings.Username}";
    }

    /// <summary>The command that opens it in psql, which asks for the password.</summary>
    public static string Psql(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        List<string> parts = [$"host={settings.Host}", $"port={settings.Port.ToString(CultureInfo.InvariantCulture)}"];
        if (settings.Username is { Length: > 0 } user) parts.Add($"user={user}");
        if ((settings.Database ?? settings.Username) is { Length: > 0 } database) parts.Add($"dbname={database}");
        return $"psql \"{string.Join(' ', parts.Select(Quoted))}\"";
    }

    /// <summary>What went wrong and what to do about it, on one line.</summary>
    /// <param name="place">The database, as <see cref="Of"/> names it.</param>
    /// <param name="outage">What it came to.</param>
    public static string Fault(string place, Exception outage) =>
        $"The database {place} cannot be used: {Reason(outage).TrimEnd('.')}. {Advice(outage)}";

    /// <summary>
    /// Npgsql's message, which may name host, database and role, and the cause beneath where that says more.
    /// </summary>
    public static string Reason(Exception outage) =>
        IsUnknownHost(outage) ? "the name of the host has no address"
        : outage.InnerException is { } cause && !outage.Message.Contains(cause.Message, StringComparison.Ordinal)
            ? $"{outage.Message} ({cause.Message})"
            : outage.Message;

    /// <summary>What to do about it.</summary>
    public static string Advice(Exception outage) => outage switch
    {
        PostgresException refusal => Advice(refusal),
        _ when IsUnknownHost(outage) =>
            "Check Host in ConnectionStrings:OAuthServer, and the DNS of this machine.",
        _ when Cause<SocketException>(outage) is { } socket => Advice(socket.SocketErrorCode),
        _ when Cause<AuthenticationException>(outage) is not null =>
            "Its certificate is not trusted, or is for another name: give the authority's as Root Certificate, and "
            + "the name in it as Host.",
        _ when outage.Message.StartsWith("SSL connection requested", StringComparison.Ordinal) =>
            "PostgreSQL has no TLS: set ssl = on there, or take SSL Mode out of ConnectionStrings:OAuthServer.",
        _ when outage is TimeoutException || outage.InnerException is TimeoutException =>
            "Nothing answers there: check Host and Port, and that no firewall is between.",
        _ => Usual,
    };

    private static string Advice(SocketError error) => error switch
    {
        SocketError.ConnectionRefused =>
            "Nothing listens there: check Host and Port, and that PostgreSQL runs and has listen_addresses for others.",
        SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable =>
            "Nothing answers there: check Host and Port, and that no firewall is between.",
        _ => Usual,
    };

    private static string Advice(PostgresException refusal) => refusal.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword => "Correct Username and Password in ConnectionStrings:OAuthServer.",
        PostgresErrorCodes.InvalidCatalogName =>
            "Correct Database in ConnectionStrings:OAuthServer, or make it: CREATE DATABASE.",
        PostgresErrorCodes.InvalidAuthorizationSpecification => AdviceForEntry(refusal.MessageText),
        PostgresErrorCodes.InsufficientPrivilege => "OAuthServer doctor names what the role lacks, with the GRANT.",
        PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ConfigurationLimitExceeded =>
            "Set Maximum Pool Size so that all instances together stay below max_connections.",
        PostgresErrorCodes.CannotConnectNow => "It is starting or stopping: wait, then try again.",
        PostgresErrorCodes.ReadOnlySqlTransaction =>
            "Point ConnectionStrings:OAuthServer at the primary (Target Session Attributes=primary).",
        _ => Usual,
    };

    private static string AdviceForEntry(string message) =>
        message.Contains("no encryption", StringComparison.Ordinal)
            ? "PostgreSQL wants TLS here: write SSL Mode=VerifyFull, with Root Certificate, or add a line to "
                + "pg_hba.conf."
            : message.Contains("pg_hba.conf", StringComparison.Ordinal)
                ? "PostgreSQL has no line for this in pg_hba.conf: add one, and reload."
                : "Correct Username in ConnectionStrings:OAuthServer, or make the role: CREATE ROLE … LOGIN.";

    // Each system has words of its own for it.
    private static bool IsUnknownHost(Exception outage) => Cause<SocketException>(outage) is
    {
        SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain,
    };

    private static T? Cause<T>(Exception outage)
        where T : Exception
    {
        for (var link = outage; link is not null; link = link.InnerException)
            if (link is T found) return found;
        return null;
    }

    private static string Quoted(string part) =>
        part.All(c => !char.IsWhiteSpace(c) && c is not ('\'' or '\\' or '"' or '$' or '`'))
            ? part
            : $"{part.Split('=')[0]}='…'";
}
