using Npgsql;

namespace OAuthServer.Bench.Database;

/// <summary>One server's database.</summary>
internal sealed class BenchDatabase
{
    private readonly string _name;
    private readonly string? _statistics;

    /// <param name="server">Any connection string of the server that it is on.</param>
    /// <param name="name">The database.</param>
    /// <param name="statistics">A connection to another database with pg_stat_statements, so that asking is not
    /// counted; null when there is none.</param>
    public BenchDatabase(string server, string name, string? statistics)
    {
        (_name, _statistics) = (name, statistics);
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    /// <summary>Holds the password: never print it.</summary>
    public string ConnectionString { get; }

    /// <summary>Runs a statement; parameters are <c>$1</c>, <c>$2</c>, …</summary>
    public Task ExecuteAsync(string sql, CancellationToken ct, params object[] parameters) =>
        Sql.ExecuteAsync(ConnectionString, sql, ct, parameters);

    /// <summary>PostgreSQL's version, as it calls itself.</summary>
    public Task<string> VersionAsync(CancellationToken ct) =>
        Sql.ScalarAsync<string>(ConnectionString, "SHOW server_version", ct);

    /// <summary>
    /// How many statements it has run so far, transaction control and session resets included; null when nobody counts.
    /// </summary>
    public async Task<long?> StatementCountAsync(CancellationToken ct) =>
        _statistics is null ? null : await Sql.ScalarAsync<long>(
            _statistics,
            "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid "
                + "WHERE d.datname = $1",
            ct, _name);

    /// <summary>
    /// The longest that one of the statements with this in its text took, in milliseconds, and that statement; null
    /// when nobody counts or there was none.
    /// </summary>
    /// <param name="like">A pattern of LIKE.</param>
    public async Task<LongestStatement?> LongestStatementAsync(string like, CancellationToken ct)
    {
        if (_statistics is null) return null;
        const string From = "FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = $1 AND "
            + "query LIKE $2 AND query NOT LIKE '%pg_stat%'";
        var longest = await Sql.ScalarAsync<double>(
            _statistics, $"SELECT coalesce(max(max_exec_time), 0) {From}", ct, _name, like);
        if (longest == 0) return null;
        return new(longest, await Sql.ScalarAsync<string>(
            _statistics,
            $"SELECT regexp_replace(left(query, 90), '\\s+', ' ', 'g') {From} ORDER BY max_exec_time DESC LIMIT 1",
            ct,
            _name,
            like));
    }

    /// <summary>Forgets the times of all statements so far.</summary>
    public Task ForgetStatementsAsync(CancellationToken ct) =>
        _statistics is null
            ? Task.CompletedTask
            : Sql.ExecuteAsync(_statistics, "SELECT pg_stat_statements_reset()", ct);
}

/// <summary>A statement and its longest time.</summary>
internal sealed record LongestStatement(double Milliseconds, string Text);
