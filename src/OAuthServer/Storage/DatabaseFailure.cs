using System.Net.Sockets;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>
/// What a failure of the database means: for a request, for work in the background that tries again, and for the
/// connection that met it.
/// </summary>
internal static class DatabaseFailure
{
    // Where PostgreSQL reports what only a fault of ours or a changed schema explains: bad data, a broken rule, a name
    // that is not there.
    private static readonly string[] FaultClasses = ["22", "23", "42"];

    // Where a session cannot go on: its node takes no writes any more, its plans or prepared statements do not fit, its
    // server leaves, or it lost its way.
    private static readonly string[] SpoilingClasses = ["08", "0A", "25", "26", "57", "58", "F0", "XX"];

    /// <summary>
    /// True for everything that the database or the way to it brings about. What Npgsql throws when its own work was
    /// cut short has no type of its own, so its origin counts, and a wrapper counts as what it wraps.
    /// </summary>
    public static bool Is(Exception exception) => Chain(exception).Any(link =>
        link is NpgsqlException or SocketException || link.Source is "Npgsql");

    /// <summary>
    /// True when PostgreSQL refused a statement for what it says: a fault of this server, or of whoever changed its
    /// schema. A missing right is the operator's to give, and a number that a sequence gave twice is theirs to mend.
    /// </summary>
    public static bool IsFault(Exception exception) =>
        Chain(exception).OfType<PostgresException>().Any(refusal =>
            IsIn(FaultClasses, refusal)
            && refusal.SqlState
                is not (PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UniqueViolation));

    /// <summary>
    /// True when no connection that is as old as this failure should be used again: what ended one of them has most
    /// likely ended all.
    /// </summary>
    public static bool SpoilsConnections(Exception exception) => Chain(exception).Any(link => link switch
    {
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => false,
        PostgresException refusal => IsIn(SpoilingClasses, refusal),
        SocketException or EndOfStreamException => true,
        _ => false,
    });

    /// <summary>
    /// True when the server had ended the session before it read the statement: trying again on a new connection
    /// repeats nothing.
    /// </summary>
    public static bool IsEndedSession(Exception exception) => Chain(exception).Any(link => link is PostgresException
    {
        SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.IdleSessionTimeout,
    });

    /// <summary>True when the connection broke and nobody knows whether the statement was carried out.</summary>
    public static bool IsBroken(Exception exception) =>
        Chain(exception).Any(link => link is SocketException or EndOfStreamException);

    private static bool IsIn(string[] classes, PostgresException refusal) =>
        classes.Any(one => refusal.SqlState.StartsWith(one, StringComparison.Ordinal));

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var link = exception; link is not null; link = link.InnerException) yield return link;
    }
}
