using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace OAuthServer.Storage.Schema;

/// <summary>
/// Brings the schema up to this build: runs the scripts that <c>schema_versions</c> does not name, in order, each in a
/// transaction of its own together with its row there. Any number of migrators may run at once; they take turns.
/// </summary>
internal sealed partial class Migrator
{
    private readonly IDbContextFactory<OAuthDbContext> _contexts;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<MigrationScript> _scripts;
    private readonly MigrationPatience _patience;

    public Migrator(IDbContextFactory<OAuthDbContext> contexts, ILogger<Migrator> logger)
        : this(contexts, logger, MigrationScript.Embedded())
    {
    }

    internal Migrator(
        IDbContextFactory<OAuthDbContext> contexts,
        ILogger logger,
        IReadOnlyList<MigrationScript> scripts,
        MigrationPatience? patience = null) =>
        (_contexts, _logger, _scripts, _patience) = (contexts, logger, scripts, patience ?? new());

    /// <summary>
    /// Runs what is missing. A script that fails leaves nothing behind; those before it stay. A lock that does not
    /// come is tried for again. An unreachable database throws.
    /// </summary>
    public async Task<MigrationResult> RunAsync(CancellationToken ct = default)
    {
        var own = await _contexts.CreateDbContextAsync(ct);
        await using var turn = await MigrationTurn.TakeAsync(own, _patience.TurnInterval, LogWaits, ct);
        var applied = new List<string>();
        var (missing, unreadable) = await TryReadAsync(ct);
        if (unreadable is not null) return new(applied, AppliedScript.Table, unreadable, turn.Waited);
        foreach (var script in missing)
        {
            if (await TryAsync(script, ct) is { } cause) return new(applied, script.Name, cause, turn.Waited);
            applied.Add(script.Name);
            LogRan(script.Name);
        }

        return new(applied, Waited: turn.Waited);
    }

    /// <summary>What <see cref="RunAsync"/> would say to the database, script by script; changes nothing.</summary>
    public async Task<IReadOnlyList<PlannedScript>> PlanAsync(CancellationToken ct = default) =>
        [.. (await MissingAsync(ct)).Select(script => new PlannedScript(script.Name, PlanOf(script)))];

    private string PlanOf(MigrationScript script) => $"""
        BEGIN;
        {AppliedScript.CreateTable};
        {_patience.Limit(script).TrimEnd()}
        INSERT INTO {AppliedScript.Table} (script_name) VALUES ('{script.Name}');
        COMMIT;
        """;

    private async Task<IReadOnlyList<MigrationScript>> MissingAsync(CancellationToken ct)
    {
        var missing = (await new SchemaVersion(_contexts, _scripts).CompareAsync(ct)).Missing;
        return [.. _scripts.Where(script => missing.Contains(script.Name))];
    }

    private async Task<(IReadOnlyList<MigrationScript> Missing, string? Cause)> TryReadAsync(CancellationToken ct)
    {
        try
        {
            return (await MissingAsync(ct), null);
        }
        catch (PostgresException refused) when (IsRights(refused))
        {
            return ([], await ExplainRightsAsync(refused, ct));
        }
    }

    // Null when it ran, else the cause.
    private async Task<string?> TryAsync(MigrationScript script, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ApplyAsync(script, ct);
                return null;
            }
            catch (PostgresException refused) when (IsRights(refused))
            {
                return await ExplainRightsAsync(refused, ct);
            }
            catch (PostgresException refused) when (!IsContention(refused) || attempt == _patience.Tries)
            {
                var cause = Explain(refused);
                return IsContention(refused) ? $"{cause}. {await GiveUpAsync(attempt, ct)}" : cause;
            }
            catch (PostgresException)
            {
                LogContention(script.Name, attempt, _patience.Tries, await HoldersAsync(ct));
                await Task.Delay(_patience.Pause * attempt, TimeProvider.System, ct);
            }
        }
    }

    private async Task ApplyAsync(MigrationScript script, CancellationToken ct)
    {
        await using var db = await _contexts.CreateDbContextAsync(ct);
        db.Database.SetCommandTimeout(TimeSpan.Zero); // an index over a large table takes as long as it takes
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.RunScriptAsync(AppliedScript.CreateTable, ct);
        await db.RunScriptAsync(_patience.Limit(script), ct);
        await db.RunAsync($"INSERT INTO schema_versions (script_name) VALUES ({script.Name})", ct);
        await transaction.CommitAsync(ct);
    }

    private async Task<string> GiveUpAsync(int attempts, CancellationToken ct) =>
        $"It was tried {attempts} times. Locks are held by: {await HoldersAsync(ct)}. "
        + "End what holds them, or migrate at a quieter time.";

    private async Task<string> HoldersAsync(CancellationToken ct)
    {
        await using var db = await _contexts.CreateDbContextAsync(ct);
        var holders = await SchemaObstacles.LockHoldersAsync(db, _patience.LockTimeout, ct);
        return holders.Count > 0 ? string.Join("; ", holders) : "no session that is still to be seen";
    }

    private static bool IsContention(PostgresException refused) =>
        refused.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected;

    private static bool IsRights(PostgresException refused) =>
        refused.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidSchemaName;

    // PostgreSQL stops at the first right that is missing; whoever grants them wants to know all.
    private async Task<string> ExplainRightsAsync(PostgresException refused, CancellationToken ct)
    {
        var lacking = await new MigrationRights(_contexts).LackingAsync(ct);
        if (lacking.Count == 0) return Explain(refused);
        return $"{Explain(refused)}. The role {lacking[0].Role} lacks {string.Join(", ", lacking)}. Migrate as a role "
            + $"that has these rights, or grant them: {MissingRight.Remedies(lacking)}";
    }

    private static string Explain(PostgresException refused) =>
        $"{refused.SqlState}: {refused.MessageText}{(refused.Detail is null ? "" : $" ({refused.Detail})")}";

    [LoggerMessage(8101, LogLevel.Information, "Another migration is running; this one waits for it.")]
    private partial void LogWaits();

    [LoggerMessage(8102, LogLevel.Debug, "{Script} ran.")]
    private partial void LogRan(string script);

    [LoggerMessage(
        8103, LogLevel.Warning,
        "{Script} did not get its lock (try {Attempt} of {Tries}) and changed nothing. Locks are held by: {Holders}.")]
    private partial void LogContention(string script, int attempt, int tries, string holders);
}
