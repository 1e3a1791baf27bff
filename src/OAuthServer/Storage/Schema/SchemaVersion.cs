using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Storage.Schema;

/// <summary>
/// Compares what the database has run with the scripts of this build. A database that knows more scripts is newer than
/// this build and fine: a migration must let the previous version keep running.
/// </summary>
internal sealed class SchemaVersion
{
    private readonly IDbContextFactory<OAuthDbContext> _contexts;
    private readonly IReadOnlyList<MigrationScript> _scripts;

    public SchemaVersion(IDbContextFactory<OAuthDbContext> contexts)
        : this(contexts, MigrationScript.Embedded())
    {
    }

    internal SchemaVersion(IDbContextFactory<OAuthDbContext> contexts, IReadOnlyList<MigrationScript> scripts) =>
        (_contexts, _scripts) = (contexts, scripts);

    /// <summary>What is missing and what is extra, by script name. An unreachable database throws.</summary>
    public async Task<SchemaComparison> CompareAsync(CancellationToken ct = default)
    {
        await using var db = await _contexts.CreateDbContextAsync(ct);
        var applied = await AppliedAsync(db, ct);
        string[] wanted = [.. _scripts.Select(script => script.Name)];
        return new SchemaComparison(
            [.. wanted.Where(name => !applied.Contains(name))],
            [.. applied.Except(wanted).Order(StringComparer.Ordinal)],
            applied.Max(StringComparer.Ordinal));
    }

    // Looked for as every statement looks for a table: by the search path.
    private static async Task<HashSet<string>> AppliedAsync(OAuthDbContext db, CancellationToken ct)
    {
        var journal = await db.OnceAsync<TablePresence>(
            $"SELECT to_regclass({AppliedScript.Table}) IS NOT NULL AS exists", ct);
        if (!journal!.Exists) return [];
        return await db.AppliedScripts.Select(script => script.ScriptName).ToHashSetAsync(StringComparer.Ordinal, ct);
    }
}

/// <summary>
/// Scripts of this build that the database has not run, and scripts it ran that this build does not know.
/// </summary>
/// <param name="Latest">The last script that the database has run; null when it has run none.</param>
internal sealed record SchemaComparison(IReadOnlyList<string> Missing, IReadOnlyList<string> Newer, string? Latest)
{
    /// <summary>Whether this build can serve on the database.</summary>
    public bool IsReady => Missing.Count == 0;
}
