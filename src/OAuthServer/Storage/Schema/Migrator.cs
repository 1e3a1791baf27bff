using DbUp.Builder;
using DbUp.Engine;
using DbUp.Engine.Output;
using DbUp.Postgresql;
using Npgsql;

namespace OAuthServer.Storage.Schema;

/// <summary>
/// Brings the schema up to this build: runs the scripts that <c>schema_versions</c> does not name, in order, each in a
/// transaction of its own together with its journal row, unless it is marked to run outside one. Any number may run at
/// once; they take turns.
/// </summary>
internal sealed partial class Migrator
{
    private readonly NpgsqlDataSource _database;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<MigrationScript> _scripts;
    private readonly MigrationPatience _patience;

    public Migrator(NpgsqlDataSource database, ILogger<Migrator> logger)
        : this(database, logger, MigrationScript.Embedded())
    {
    }

    internal Migrator(NpgsqlDataSource database, ILogger logger, IReadOnlyList<MigrationScript> scripts, MigrationPatience? patience = null) =>
        (_database, _logger, _scripts, _patience) = (database, logger, scripts, patience ?? new());

    /// <summary>
    /// Runs what is missing. A script that fails leaves nothing behind; those before it stay. A lock that does not come is
    /// tried for again. An unreachable database throws.
    /// </summary>
    public async Task<MigrationResult> RunAsync(CancellationToken ct = default)
    {
        await using var turn = await MigrationTurn.TakeAsync(_database, _patience.TurnInterval, LogWaits, ct);
        var applied = new List<string>();
        foreach (var script in await MissingAsync(ct))
        {
            if (await TryAsync(script, ct) is { } cause) return new MigrationResult(applied, script.Name, cause, turn.Waited);
            applied.Add(script.Name);
            LogRan(script.Name);
        }

        return new MigrationResult(applied, Waited: turn.Waited);
    }

    /// <summary>What <see cref="RunAsync"/> would say to the database, script by script; changes nothing.</summary>
    public async Task<IReadOnlyList<PlannedScript>> PlanAsync(CancellationToken ct = default)
    {
        var missing = await MissingAsync(ct);
        return [.. missing.Select(script => new PlannedScript(script.Name, PlanOf(script, script == _scripts[0])))];
    }

    private string PlanOf(MigrationScript script, bool first)
    {
        var statements = $"{(first ? SchemaJournal.CreateSql + ";\n" : "")}{_patience.Limit(script).TrimEnd()}\n{SchemaJournal.InsertSql($"'{script.Name}'")};";
        return script.InTransaction ? $"BEGIN;\n{statements}\nCOMMIT;" : statements;
    }

    private async Task<IReadOnlyList<MigrationScript>> MissingAsync(CancellationToken ct)
    {
        var missing = (await new SchemaVersion(_database, _scripts).CompareAsync(ct)).Missing;
        return [.. _scripts.Where(script => missing.Contains(script.Name))];
    }

    // Null when it ran, else the cause.
    private async Task<string?> TryAsync(MigrationScript script, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            await DropInvalidAsync(script, ct);
            var result = await Task.Run(() => Engine(script).PerformUpgrade(), ct);
            if (result.Successful) return null;

            // Without a script it was the connection that failed, which is an outage and not a fault of a file.
            if (result.ErrorScript is null) throw result.Error;
            if (!(script.InTransaction && IsContention(result.Error)))
            {
                await DropInvalidAsync(script, ct);
                return Explain(result.Error);
            }

            var holders = string.Join("; ", await SchemaObstacles.LockHoldersAsync(_database, _patience.LockTimeout, ct) is { Count: > 0 } seen ? seen : ["no session that is still to be seen"]);
            if (attempt == _patience.Tries)
                return $"{Explain(result.Error)}. It was tried {attempt} times. Locks are held by: {holders}. End what holds them, or migrate at a quieter time.";
            LogContention(script.Name, attempt, _patience.Tries, holders);
            await Task.Delay(_patience.Pause * attempt, TimeProvider.System, ct);
        }
    }

    private async Task DropInvalidAsync(MigrationScript script, CancellationToken ct)
    {
        foreach (var index in await SchemaObstacles.DropInvalidAsync(_database, script, _patience.ConcurrentTimeout, ct)) LogDropped(script.Name, index);
    }

    private static bool IsContention(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected };

    private static string Explain(Exception error) => error is PostgresException refused
        ? $"{refused.SqlState}: {refused.MessageText}{(refused.Detail is null ? "" : $" ({refused.Detail})")}"
        : error.Message;

    private UpgradeEngine Engine(MigrationScript script)
    {
        UpgradeEngineBuilder builder = PostgresqlExtensions.PostgresqlDatabase(new PostgresqlConnectionManager(_database));
        builder = script.InTransaction ? builder.WithTransactionPerScript() : builder.WithoutTransaction();
        return builder
            .WithScripts(new SqlScript(script.Name, _patience.Limit(script)))
            .WithScriptNameComparer(StringComparer.Ordinal)
            .WithVariablesDisabled() // $body$ is PL/pgSQL's quoting here, not a variable
            .WithExecutionTimeout(TimeSpan.Zero) // zero is no limit: an index over a large table takes as long as it takes
            .JournalTo((connections, log) => new SchemaJournal(connections, log))
            .LogTo(new Log(_logger))
            .Build();
    }

    [LoggerMessage(8101, LogLevel.Information, "Another migration is running; this one waits for it.")]
    private partial void LogWaits();

    [LoggerMessage(8102, LogLevel.Debug, "{Script} ran.")]
    private partial void LogRan(string script);

    [LoggerMessage(8103, LogLevel.Warning, "{Script} did not get its lock (try {Attempt} of {Tries}) and changed nothing. Locks are held by: {Holders}.")]
    private partial void LogContention(string script, int attempt, int tries, string holders);

    [LoggerMessage(8104, LogLevel.Information, "{Script}: the index {Index} was left half built, and is dropped.")]
    private partial void LogDropped(string script, string index);

    // DbUp tells a lot, and the result says what ran and what failed.
    private sealed class Log(ILogger logger) : IUpgradeLog
    {
#pragma warning disable CA2254 // the templates are DbUp's
        public void LogTrace(string format, params object[] args) => logger.LogTrace(format, args);

        public void LogDebug(string format, params object[] args) => logger.LogDebug(format, args);

        public void LogInformation(string format, params object[] args) => logger.LogDebug(format, args);

        public void LogWarning(string format, params object[] args) => logger.LogWarning(format, args);

        public void LogError(string format, params object[] args) => logger.LogDebug(format, args);

        public void LogError(Exception ex, string format, params object[] args) => logger.LogDebug(ex, format, args);
#pragma warning restore CA2254
    }
}
