using System.Globalization;
using Npgsql;

namespace OAuthServer.Operators;

/// <summary>How messages speak of a database and of what went wrong with it: never with the password.</summary>
internal static class DatabasePlace
{
    /// <summary>Host, port and name, as in <c>db:5432/oauth</c>.</summary>
    public static string Of(string? connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var port = settings.Port.ToString(CultureInfo.InvariantCulture);
        return $"{settings.Host}:{port}/{settings.Database ?? settings.Username}";
    }

    /// <summary>
    /// Npgsql's message, which may name host, database and role, and the cause beneath where that says more.
    /// </summary>
    public static string Reason(Exception outage) =>
        outage.InnerException is { } cause && !outage.Message.Contains(cause.Message, StringComparison.Ordinal)
            ? $"{outage.Message} ({cause.Message})"
            : outage.Message;
}
