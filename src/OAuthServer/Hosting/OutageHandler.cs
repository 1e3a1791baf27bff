using Npgsql;

namespace OAuthServer.Hosting;

/// <summary>Whether an exception, taken by itself, means that something we depend on is away for now. Register one per dependency.</summary>
internal delegate bool IsOutage(Exception exception);

/// <summary>Tells outages, which pass, from bugs, which do not.</summary>
internal static class Outage
{
    /// <summary>Whether the exception, or one that it wraps, is an outage by any of the predicates.</summary>
    public static bool Is(Exception exception, IEnumerable<IsOutage> predicates) =>
        Chain(exception).Any(link => predicates.Any(predicate => predicate(link)));

    /// <summary>
    /// PostgreSQL is away, full, shutting down or cancelling (SQLSTATE classes 08, 53, 57), says that trying again may help,
    /// or could not be reached. Any other error of the server itself (a constraint, a missing table) is a bug.
    /// </summary>
    public static bool OfPostgres(Exception exception) => exception switch
    {
        PostgresException error => error.IsTransient || error.SqlState is ['0', '8', ..] or ['5', '3' or '7', ..],
        NpgsqlException { InnerException: PostgresException } => false,
        NpgsqlException => true,
        TimeoutException { Source: "Npgsql" } => true,
        _ => false,
    };

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var link = exception; link is not null; link = link.InnerException) yield return link;
    }
}
