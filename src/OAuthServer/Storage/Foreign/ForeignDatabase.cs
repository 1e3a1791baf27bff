using System.Data;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace OAuthServer.Storage.Foreign;

/// <summary>A row as a JSON object.</summary>
internal sealed record ForeignText(string Json)
{
    /// <summary>Kept out of logs.</summary>
    public override string ToString() => nameof(ForeignText);
}

/// <summary>A table of another server, and whether its schema is on the search path.</summary>
internal sealed record ForeignTable(string Schema, string Name, bool Visible);

/// <summary>
/// The database of another server, as it is at one moment: read in one transaction that cannot write. Tables and
/// columns are found whatever schema they stand in and however their names are written.
/// </summary>
internal sealed class ForeignDatabase : IAsyncDisposable
{
    // A whole table is one answer.
    private const int PatienceSeconds = 1800;

    private readonly OAuthDatabase _database;
    private readonly OAuthDbContext _db;
    private readonly IDbContextTransaction _transaction;
    private readonly ILookup<string, ForeignTable> _tables;

    private ForeignDatabase(
        OAuthDatabase database, OAuthDbContext db, IDbContextTransaction transaction, DateTimeOffset now,
        IReadOnlyList<ForeignTable> tables) =>
        (_database, _db, _transaction, Now, _tables) =
        (database, db, transaction, now, tables.ToLookup(table => ForeignRow.Bare(table.Name), StringComparer.Ordinal));

    /// <summary>Its clock, at the moment that is read.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Connects, and reads which tables there are.</summary>
    /// <exception cref="NpgsqlException">It cannot be used.</exception>
    public static async Task<ForeignDatabase> OpenAsync(string connectionString, CancellationToken ct)
    {
        var patient = new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = PatienceSeconds };
        var database = OAuthDatabase.Open(patient.ConnectionString);
        var db = database.CreateDbContext();
        try
        {
            var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
            await db.RunAsync($"SET TRANSACTION READ ONLY", ct);
            var tables = await db.AllAsync<ForeignTable>($"""
                SELECT nspname::text AS schema, relname::text AS name, pg_table_is_visible(c.oid) AS visible
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE relkind IN ('r', 'p', 'v', 'm') AND nspname NOT IN ('pg_catalog', 'information_schema')
                """, ct);
            return new ForeignDatabase(database, db, transaction, await db.ClockAsync(ct), tables);
        }
        catch
        {
            await db.DisposeAsync();
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether there is such a table.</summary>
    public bool Has(string table) => _tables.Contains(ForeignRow.Bare(table));

    /// <summary>Every row of a table; none when there is no such table.</summary>
    /// <exception cref="ForeignServerException">Several schemas have one.</exception>
    public Task<IReadOnlyList<ForeignRow>> RowsAsync(string table, CancellationToken ct) =>
        RowsAsync(table, "", "", ct);

    /// <summary>The rows of a table that have this text in a column; none when there is no such table.</summary>
    /// <exception cref="ForeignServerException">Several schemas have one.</exception>
    public async Task<IReadOnlyList<ForeignRow>> RowsAsync(
        string table, string column, string value, CancellationToken ct)
    {
        if (Find(table) is not { } found) return [];
        var source = Statements.EscapeBraces($"{Quoted(found.Schema)}.{Quoted(found.Name)}");
        var rows = await _db.AllAsync<ForeignText>(FormattableStringFactory.Create(
            $$"""
            SELECT json::text AS json FROM (SELECT row_to_json(t) AS json FROM {{source}} AS t) AS rows
            WHERE {0} = '' OR EXISTS (
                SELECT FROM json_each_text(json) AS part
                WHERE replace(lower(part.key), '_', '') = {0} AND part.value = {1})
            """, ForeignRow.Bare(column), value), ct);
        return [.. rows.Select(Parsed)];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _db.DisposeAsync();
        await _database.DisposeAsync();
    }

    private ForeignTable? Find(string name)
    {
        var found = _tables[ForeignRow.Bare(name)].ToList();
        var visible = found.Where(table => table.Visible).ToList();
        if (visible.Count == 1) return visible[0];
        return found.Count <= 1
            ? found.SingleOrDefault()
            : throw new ForeignServerException(
                $"There are several tables {name}: give the connection string a Search Path, of the schemas "
                + $"{string.Join(", ", found.Select(table => table.Schema))}.");
    }

    private static ForeignRow Parsed(ForeignText row)
    {
        using var document = JsonDocument.Parse(row.Json);
        return new ForeignRow(document.RootElement.Clone());
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>Maps what the statements answer with.</summary>
internal sealed class ForeignRows : IEntityTypeConfiguration<ForeignText>, IEntityTypeConfiguration<ForeignTable>
{
    public void Configure(EntityTypeBuilder<ForeignText> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<ForeignTable> builder) => builder.HasNoKey().ToView(null);
}
