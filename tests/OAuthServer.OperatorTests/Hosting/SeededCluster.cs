using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>
/// A PostgreSQL of one test's own with the demo data, that keeps what it was told, and a server that uses it as a role
/// without privileges.
/// </summary>
public sealed class SeededCluster : IAsyncDisposable
{
    /// <summary>The role of the server.</summary>
    public const string Role = "app";

    private readonly DedicatedCluster _cluster;
    private readonly TestDatabase _model;
    private readonly NpgsqlDataSource _superuser;

    private SeededCluster(DedicatedCluster cluster, TestDatabase model)
    {
        (_cluster, _model) = (cluster, model);
        _superuser = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false });
    }

    /// <summary>For the server.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_cluster.ConnectionString)
    {
        Username = Role,
        Password = Role,
    }.ConnectionString;

    /// <summary>The superuser's.</summary>
    public string AdministrationString => _cluster.ConnectionString;

    /// <summary>Where PostgreSQL keeps it.</summary>
    public string DataDirectory => _cluster.DataDirectory;

    /// <summary>The database's name.</summary>
    public string Name => new NpgsqlConnectionStringBuilder(_cluster.ConnectionString).Database!;

    public static async Task<SeededCluster> CreateAsync()
    {
        var cluster = await DedicatedCluster.CreateAsync();
        await TestDatabase.MigrateAsync(cluster.ConnectionString);
        var seeded = new SeededCluster(cluster, await TestData.CreateDatabaseAsync(fullHashCost: true));
        await seeded.ExecuteAsync($"ALTER DATABASE \"{seeded.Name}\" SET synchronous_commit = on");
        await seeded.ExecuteAsync($"CREATE ROLE {Role} LOGIN PASSWORD '{Role}'");
        await seeded.ExecuteAsync($"GRANT ALL ON ALL TABLES IN SCHEMA public TO {Role}");
        await CopyAsync(seeded._model, seeded._superuser);
        return seeded;
    }

    /// <summary>Copies clients, people and the API of one database into another that has the schema.</summary>
    internal static async Task CopyAsync(TestDatabase model, NpgsqlDataSource target)
    {
        foreach (var table in (string[])["oauth_clients", "accounts"])
        {
            var rows = await model.ScalarAsync<string>($"SELECT json_agg(r)::text FROM {table} r");
            await ExecuteAsync(
                target, $"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $1::json)", rows!);
        }

        var scopes = await model.ScalarAsync<string>("SELECT scopes::text FROM oauth_resources");
        await ExecuteAsync(
            target,
            $"INSERT INTO oauth_resources (resource, name, scopes, is_default) "
                + $"VALUES ('{TestServer.Issuer}', 'Notes', $1::jsonb, true)",
            scopes!);
    }

    /// <summary>A server on it.</summary>
    public Task<TestServer> ServeAsync(params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value);
        all.TryAdd("ConnectionStrings:OAuthServer", ConnectionString);
        return TestServer.StartAsync(new() { Settings = all, Database = _model });
    }

    /// <summary>Runs a statement as superuser, on a connection of its own.</summary>
    public Task ExecuteAsync(string sql, params string[] values) => ExecuteAsync(_superuser, sql, values);

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, params string[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = _superuser.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A connection of the superuser, for what holds a lock.</summary>
    public ValueTask<NpgsqlConnection> ConnectAsync() => _superuser.OpenConnectionAsync();

    /// <summary>Takes the database down as a crash would.</summary>
    public Task StopAsync() => _cluster.StopAsync();

    /// <summary>Kills every process of it at once.</summary>
    public Task KillAsync() => _cluster.KillAsync();

    /// <summary>Brings it back.</summary>
    public Task StartAsync() => _cluster.StartAsync();

    /// <summary>Ends every session of the server's role.</summary>
    public Task EndSessionsAsync() =>
        ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{Role}'");

    /// <summary>How many sessions the server's role has.</summary>
    public Task<long> SessionsAsync() =>
        ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE usename = '{Role}'");

    /// <summary>Freezes every process of the cluster, or lets them go on.</summary>
    public async Task SignalAsync(string signal)
    {
        var pid = File.ReadLines(Path.Combine(_cluster.DataDirectory, "postmaster.pid")).First();
        var postmaster = int.Parse(pid, CultureInfo.InvariantCulture);
        // The first one starts no more of them while it stands still; one that has ended by itself needs no signal.
        using var kill = Process.Start("sh", ["-c", $"""
            kill -{signal} {postmaster} || exit 1
            for child in $(cat /proc/{postmaster}/task/*/children); do kill -{signal} $child 2>/dev/null; done
            exit 0
            """]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _superuser.DisposeAsync();
        await _model.DisposeAsync();
        await _cluster.DisposeAsync();
    }
}
