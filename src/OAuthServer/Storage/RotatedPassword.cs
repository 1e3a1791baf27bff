using Npgsql;

namespace OAuthServer.Storage;

/// <summary>
/// The password of the database in a file that somebody else keeps up to date, such as a mounted secret: read for each new
/// connection. Connections that are open stay, as PostgreSQL lets them.
/// </summary>
internal static class RotatedPassword
{
    /// <summary>Connections with the password of the file, or with the one in the connection string.</summary>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static NpgsqlDataSource DataSource(string connectionString, string? file)
    {
        if (file is null) return NpgsqlDataSource.Create(connectionString);
        var connections = new NpgsqlDataSourceBuilder(connectionString);
        connections.UsePasswordProvider(_ => Read(file), (_, _) => ValueTask.FromResult(Read(file)));
        return connections.Build();
    }

    /// <summary>The first line; a file that is away for a moment is an outage like any other.</summary>
    /// <exception cref="NpgsqlException">It cannot be read.</exception>
    public static string Read(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault() ?? "";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new NpgsqlException($"The file with the password cannot be read: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>What is wrong with the setting; null when nothing is.</summary>
    public static string? Fault(string file, string? connectionString, string? listen)
    {
        if (!File.Exists(file)) return $"{DatabaseOptions.PasswordFileKey} is no file that can be read: {file}.";
        return HasPassword(connectionString) || HasPassword(listen)
            ? $"{DatabaseOptions.PasswordFileKey}: a password stands in the connection string too. Give one of them."
            : null;
    }

    private static bool HasPassword(string? connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString).Password is { Length: > 0 };
        }
        catch (ArgumentException)
        {
            // Its own fault is said already.
            return false;
        }
    }
}
