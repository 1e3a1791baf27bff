using Microsoft.Extensions.Options;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>Makes the connections of a server to its database, with the password as it is now.</summary>
/// <param name="options">Where it is.</param>
/// <param name="password">Null where it stands in the connection string.</param>
internal sealed class DatabaseAccess(IOptions<DatabaseOptions> options, IDatabasePassword? password = null)
{
    /// <summary>The pool that the whole server shares.</summary>
    public NpgsqlDataSource CreateDataSource() => options.Value.CreateDataSource(password);

    /// <summary>The connection that waits for notifications, which is in no pool. The caller opens it.</summary>
    public async Task<NpgsqlConnection> CreateListenerAsync(CancellationToken ct)
    {
        var settings = options.Value.ListenSettings();
        if (password is not null) settings.Password = await password.ReadAsync(ct);
        return new NpgsqlConnection(settings.ConnectionString);
    }
}
