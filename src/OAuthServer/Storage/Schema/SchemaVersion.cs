using Npgsql;

namespace OAuthServer.Storage.Schema;

/// <summary>
/// Compares the database's journal with the scripts of this build. A database that knows more scripts is newer than this
/// build and fine: a migration must let the previous version keep running.
/// </summary>
internal sealed class SchemaVersion
{
    private readonly NpgsqlDataSource _database;
    private readonly IReadOnlyList<MigrationScript> _scripts;

    public SchemaVersion(NpgsqlDataSource database)
        : this(database, MigrationScript.Embedded())
    {
    }

    internal SchemaVersion(NpgsqlDataSource database, IReadOnlyList<MigrationScript> scripts) =>
        (_database, _scripts) = (database, scripts);

    /// <summary>What is missing and what is extra, by script name. An unreachable database throws.</summary>
    public async Task<SchemaComparison> CompareAsync(CancellationToken ct = default)
    {
        var applied = new HashSet<string>(StringComparer.Ordinal);
        await using var connection = await _database.OpenConnectionAsync(ct);
        await using var exists = new NpgsqlCommand(SchemaJournal.ExistsSql, connection);
        if (await exists.ExecuteScalarAsync(ct) is 1)
        {
            await using var names = new NpgsqlCommand(SchemaJournal.NamesSql, connection);
            await using var reader = await names.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) applied.Add(reader.GetString(0));
        }

        string[] wanted = [.. _scripts.Select(script => script.Name)];
        return new SchemaComparison([.. wanted.Where(name => !applied.Contains(name))], [.. applied.Except(wanted).Order(StringComparer.Ordinal)], applied.Max(StringComparer.Ordinal));
    }
}

/// <summary>Scripts of this build that the database has not run, and scripts it ran that this build does not know.</summary>
/// <param name="Latest">The last script that the database has run; null when it has run none.</param>
internal sealed record SchemaComparison(IReadOnlyList<string> Missing, IReadOnlyList<string> Newer, string? Latest)
{
    /// <summary>Whether this build can serve on the database.</summary>
    public bool IsReady => Missing.Count == 0;
}
