using DbUp.Builder;
using DbUp.Engine;
using DbUp.Engine.Output;
using DbUp.Postgresql;
using Npgsql;

namespace OAuthServer.Storage.Migrations;

/// <summary>
/// Brings the schema up to this build: runs the scripts that <c>schema_versions</c> does not name, in order, each in a
/// transaction of its own together with its journal row. Any number may run at once; they take turns.
/// </summary>
internal sealed class Migrator
{
    // The key of the advisory lock: any number that no other program on the database uses ("oauthsrv" in ASCII).
    private const long LockKey = 0x6F61757468737276;

    private readonly NpgsqlDataSource _database;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<MigrationScript> _scripts;

    public Migrator(NpgsqlDataSource database, ILogger<Migrator> logger)
        : this(database, logger, MigrationScript.Embedded())
    {
    }

    internal Migrator(NpgsqlDataSource database, ILogger logger, IReadOnlyList<MigrationScript> scripts) =>
        (_database, _logger, _scripts) = (database, logger, scripts);

    /// <summary>Runs what is missing. A script that fails leaves nothing behind; those before it stay. An unreachable database throws.</summary>
    public async Task<MigrationResult> RunAsync(CancellationToken ct = default)
    {
        // A lock of this session, apart from the scripts' transactions; should the process die, the session ends and with it the lock.
        await using var guard = await _database.OpenConnectionAsync(ct);
        await ExecuteAsync(guard, $"SELECT pg_advisory_lock({LockKey})", ct);
        try
        {
            var result = await Task.Run(() => Engine().PerformUpgrade(), ct);
            string[] applied = [.. result.Scripts.Select(script => script.Name)];
            return result.Successful ? new MigrationResult(applied) : Failure(applied, result);
        }
        finally
        {
            await ExecuteAsync(guard, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private static MigrationResult Failure(string[] applied, DatabaseUpgradeResult result)
    {
        // Without a script it was the connection that failed, which is an outage and not a fault of a file.
        if (result.ErrorScript is null) throw result.Error;
        var cause = result.Error is PostgresException refused
            ? $"{refused.SqlState}: {refused.MessageText}{(refused.Detail is null ? "" : $" ({refused.Detail})")}"
            : result.Error.Message;
        return new MigrationResult(applied, result.ErrorScript.Name, cause);
    }

    private UpgradeEngine Engine()
    {
        UpgradeEngineBuilder builder = PostgresqlExtensions.PostgresqlDatabase(new PostgresqlConnectionManager(_database));
        return builder
            .WithScripts(_scripts.Select(script => new SqlScript(script.Name, script.Sql)))
            .WithScriptNameComparer(StringComparer.Ordinal)
            .WithTransactionPerScript()
            .WithVariablesDisabled() // $body$ is PL/pgSQL's quoting here, not a variable
            .WithExecutionTimeout(TimeSpan.Zero) // zero is no limit: an index over a large table takes as long as it takes
            .JournalTo((connections, log) => new SchemaJournal(connections, log))
            .LogTo(new Log(_logger))
            .Build();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }

    // DbUp tells a lot; only its warnings and errors are more than a detail, because the result already says what ran.
    private sealed class Log(ILogger logger) : IUpgradeLog
    {
#pragma warning disable CA2254 // the templates are DbUp's
        public void LogTrace(string format, params object[] args) => logger.LogTrace(format, args);

        public void LogDebug(string format, params object[] args) => logger.LogDebug(format, args);

        public void LogInformation(string format, params object[] args) => logger.LogDebug(format, args);

        public void LogWarning(string format, params object[] args) => logger.LogWarning(format, args);

        public void LogError(string format, params object[] args) => logger.LogError(format, args);

        public void LogError(Exception ex, string format, params object[] args) => logger.LogError(ex, format, args);
#pragma warning restore CA2254
    }
}

/// <summary>The scripts that ran, in order, and the one that failed, if any, with PostgreSQL's reason.</summary>
internal sealed record MigrationResult(IReadOnlyList<string> Applied, string? FailedScript = null, string? Cause = null)
{
    public bool Ok => FailedScript is null;
}
