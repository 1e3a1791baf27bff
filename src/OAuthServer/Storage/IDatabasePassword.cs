using Npgsql;

namespace OAuthServer.Storage;

/// <summary>
/// Where the password of the database is, when it stands in no connection string: asked for each new connection, so
/// that a rotated one needs no restart (docs/decisions/048-the-password-of-the-database-from-a-file.md).
/// </summary>
internal interface IDatabasePassword
{
    /// <summary>The password as it is now.</summary>
    /// <exception cref="NpgsqlException">It cannot be had, which is an outage like any other.</exception>
    ValueTask<string> ReadAsync(CancellationToken ct);
}
