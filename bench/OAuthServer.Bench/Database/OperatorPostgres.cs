using Npgsql;
using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Database;

/// <summary>
/// The operator's own PostgreSQL. The bench touches nothing that is there: it makes databases of its own, which needs a
/// role with CREATEDB, and drops them at its end.
/// </summary>
/// <param name="connectionString">Any database of the server. Holds the password: never print it.</param>
internal sealed class OperatorPostgres(string connectionString) : IPostgres
{
    private readonly List<string> _made = [];

    /// <summary>Null: it may be on another machine, and other programs use it.</summary>
    public ProcessTree? Processes => null;

    /// <inheritdoc />
    public async Task<BenchDatabase> CreateDatabaseAsync(string name, CancellationToken ct)
    {
        var own = $"{name}_{Environment.ProcessId}";
        await Sql.ExecuteAsync(connectionString, $"CREATE DATABASE {own}", ct);
        _made.Add(own);
        return new BenchDatabase(connectionString, own, await CountsStatementsAsync(ct) ? connectionString : null);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var name in _made)
            await Sql.ExecuteAsync(
                connectionString, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)", CancellationToken.None);
    }

    private async Task<bool> CountsStatementsAsync(CancellationToken ct)
    {
        try
        {
            await Sql.ScalarAsync<long>(connectionString, "SELECT count(*) FROM pg_stat_statements", ct);
            return true;
        }
        catch (PostgresException)
        {
            return false;
        }
    }
}
