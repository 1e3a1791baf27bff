using System.Globalization;
using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>
/// A PostgreSQL of its own with the schema, whose <c>pg_hba.conf</c> knows passwords and a role that may come by TLS
/// alone, with a role that may nothing and a database that has nothing.
/// </summary>
public sealed class RefusingDatabase : IAsyncLifetime
{
    private const string Word = "hidden-word";

    private DedicatedCluster? _cluster;
    private NpgsqlConnectionStringBuilder _right = new();

    public async ValueTask InitializeAsync()
    {
        _cluster = await DedicatedCluster.CreateAsync();
        await TestDatabase.MigrateAsync(_cluster.ConnectionString);
        _right = new(_cluster.ConnectionString) { Pooling = false };
        foreach (var sql in (string[])
        [
            $"CREATE ROLE oauth LOGIN PASSWORD '{Word}' IN ROLE {_right.Username}",
            $"CREATE ROLE abroad LOGIN PASSWORD '{Word}'",
            $"CREATE ROLE guest LOGIN PASSWORD '{Word}'", "CREATE DATABASE empty",
        ])
        {
            await ExecuteAsync(sql);
        }

        var rules = Path.Combine(_cluster.DataDirectory, "pg_hba.conf");
        await File.WriteAllTextAsync(
            rules,
            "hostssl all abroad all scram-sha-256\n" + "host all abroad all reject\n"
                + await File.ReadAllTextAsync(rules));
        await ExecuteAsync("SELECT pg_reload_conf()");
    }

    /// <summary>The connection string with these parts in place of the right ones.</summary>
    public string With(string parts)
    {
        var given = new NpgsqlConnectionStringBuilder(_right.ConnectionString) { Username = "oauth", Password = Word };
        foreach (var part in parts.Split(';')) given[part.Split('=')[0]] = part.Split('=')[1];
        return given.ConnectionString;
    }

    /// <summary>A line without what differs from run to run.</summary>
    public string Plain(string line)
    {
        Assert.DoesNotContain(Word, line, StringComparison.Ordinal);
        return line.Replace($":{_right.Port.ToString(CultureInfo.InvariantCulture)}", ":5432", StringComparison.Ordinal)
            .Replace(_right.Database!, "oauth", StringComparison.Ordinal)
            .Replace(_right.Host!, "db", StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_right.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
