using Npgsql;

namespace OAuthServer.Storage;

/// <summary>Tells that the database is away or refused, for work in the background that tries again.</summary>
internal static class DatabaseFailure
{
    public static bool Is(Exception exception) => exception is NpgsqlException or IOException or TimeoutException;
}
