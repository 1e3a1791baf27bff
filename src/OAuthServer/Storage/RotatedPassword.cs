using Npgsql;

namespace OAuthServer.Storage;

/// <summary>
/// Connections whose password is asked for as each of them is opened. Those that are open stay, as PostgreSQL lets
/// them.
/// </summary>
internal static class RotatedPassword
{
    private const int LongestSecretId = 2048;

    /// <summary>Connections with the password of there, or with the one in the connection string.</summary>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static NpgsqlDataSource DataSource(string connectionString, IDatabasePassword? password)
    {
        if (password is null) return NpgsqlDataSource.Create(connectionString);
        var connections = new NpgsqlDataSourceBuilder(connectionString);
        connections.UsePasswordProvider(
            _ => password.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult(),
            (_, ct) => password.ReadAsync(ct));
        return connections.Build();
    }

    /// <summary>What is wrong with where the password is; null when nothing is.</summary>
    /// <param name="file">The file that is named, or null.</param>
    /// <param name="secret">The secret that is named, or null.</param>
    /// <param name="connectionStrings">Those that may not have one beside it.</param>
    public static string? Fault(string? file, string? secret, params ReadOnlySpan<string?> connectionStrings)
    {
        if ((file ?? secret) is null) return null;
        var key = file is null ? DatabaseOptions.PasswordSecretKey : DatabaseOptions.PasswordFileKey;
        if (file is not null && secret is not null)
            return $"{key}: {DatabaseOptions.PasswordSecretKey} is set too. Give one of them.";
        if (file is not null && !File.Exists(file)) return $"{key} is no file that can be read: {file}.";
        if (secret?.Length > LongestSecretId)
            return $"{key} must be the name or ARN of a secret, of at most {LongestSecretId} characters.";
        foreach (var connectionString in connectionStrings)
        {
            if (HasPassword(connectionString))
                return $"{key}: a password stands in the connection string too. Give one of them.";
        }

        return null;
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
