using Npgsql;
using OAuthServer.LocalPostgres;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>
/// A PostgreSQL that listens at IPv6 alone and takes TLS alone, with a database of a Turkish locale, in another time
/// zone and date style, that has no schema <c>public</c>, and a role that owns the one that it has.
/// </summary>
internal sealed class OddCluster : IAsyncDisposable
{
    private const string Word = "word";

    private readonly DedicatedCluster _cluster;
    private readonly NpgsqlConnectionStringBuilder _superuser;

    private OddCluster(DedicatedCluster cluster) =>
        (_cluster, _superuser) = (cluster, new(cluster.ConnectionString) { Pooling = false });

    /// <summary>For the server and its commands.</summary>
    public NpgsqlConnectionStringBuilder Connection => new()
    {
        Host = "::1",
        Port = _superuser.Port,
        Database = "odd",
        Username = "keeper",
        Password = Word,
        SslMode = SslMode.VerifyFull,
        RootCertificate = Certificate,
        SearchPath = "oauth",
    };

    private string Certificate => Path.Combine(_cluster.DataDirectory, "server.crt");

    public static async Task<OddCluster> StartAsync()
    {
        var odd = new OddCluster(await DedicatedCluster.CreateAsync());
        await odd.ExecuteAsync(odd._superuser.Database!, $"CREATE ROLE keeper LOGIN PASSWORD '{Word}'");
        await odd.ExecuteAsync(
            odd._superuser.Database!,
            "CREATE DATABASE odd TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'");
        await odd.ExecuteAsync("odd", "CREATE SCHEMA oauth AUTHORIZATION keeper; DROP SCHEMA public");
        foreach (var setting in (string[])
            [
                "timezone = 'Pacific/Chatham'",
                "datestyle = 'SQL, DMY'",
                "intervalstyle = 'sql_standard'",
                "bytea_output = 'escape'",
            ])
        {
            await odd.ExecuteAsync("odd", $"ALTER DATABASE odd SET {setting}");
        }

        odd.MakeCertificate();
        await odd.ExecuteAsync("odd", "ALTER SYSTEM SET ssl = on");
        await odd.ExecuteAsync("odd", "ALTER SYSTEM SET listen_addresses = '::1'");
        await File.WriteAllTextAsync(
            Path.Combine(odd._cluster.DataDirectory, "pg_hba.conf"), "hostssl all all ::1/128 scram-sha-256\n");
        await odd._cluster.StopAsync();
        await odd._cluster.StartAsync();
        return odd;
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    // As the account of the server: the key is to be readable by nobody else.
    private void MakeCertificate()
    {
        var made = ServerAccount.Choose()!.Run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=odd",
            "-addext", "subjectAltName=IP:::1", "-keyout", Path.Combine(_cluster.DataDirectory, "server.key"),
            "-out", Certificate);
        Assert.True(made.Ok, made.Output);
    }

    private async Task ExecuteAsync(string database, string sql)
    {
        var place = new NpgsqlConnectionStringBuilder(_superuser.ConnectionString) { Database = database };
        await using var connection = new NpgsqlConnection(place.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
