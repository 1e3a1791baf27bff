using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>What a database says of itself.</summary>
internal sealed record DatabaseState
{
    /// <summary>15, 16, …</summary>
    public int Major { get; init; }

    /// <summary>As PostgreSQL writes it.</summary>
    public required string Version { get; init; }

    /// <summary>Who we are to it.</summary>
    public required string Role { get; init; }

    /// <summary>Whether that role may do anything.</summary>
    public bool IsSuperuser { get; init; }

    /// <summary>A standby, or transactions that are read-only.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>As it holds for our sessions.</summary>
    public required string SynchronousCommit { get; init; }

    public bool Fsync { get; init; }

    public bool FullPageWrites { get; init; }

    /// <summary>How many the role may have open at once, over all instances.</summary>
    public int Connections { get; init; }
}

/// <summary>A right that a role should have on a table.</summary>
internal sealed record TableRight(string Table, string Right);

/// <summary>A schema that holds our tables and that the role may not use.</summary>
internal sealed record ClosedSchema(string Name);

/// <summary>A sequence that would give a number again which a row has.</summary>
internal sealed record SequenceBehind(string Table, string Column, string Sequence);

/// <summary>
/// Questions about the database itself, for <c>OAuthServer doctor</c>. Every method throws
/// <see cref="NpgsqlException"/> when it does not answer.
/// </summary>
internal sealed class DatabaseFacts(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>Version, role and the settings that matter to us.</summary>
    public async Task<DatabaseState> ReadAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        // A limit of -1 is none. On a standby every transaction is read-only.
        return (await db.OnceAsync<DatabaseState>($"""
            SELECT current_setting('server_version_num')::int / 10000 AS major,
                   current_setting('server_version') AS version,
                   current_user::text AS role, me.rolsuper AS is_superuser,
                   current_setting('transaction_read_only')::boolean AS is_read_only,
                   current_setting('synchronous_commit') AS synchronous_commit,
                   current_setting('fsync')::boolean AS fsync,
                   current_setting('full_page_writes')::boolean AS full_page_writes,
                   least(current_setting('max_connections')::int
                             - current_setting('superuser_reserved_connections')::int
                             - coalesce(current_setting('reserved_connections', true), '0')::int,
                         nullif(me.rolconnlimit, -1), nullif(here.datconnlimit, -1)) AS connections
            FROM pg_roles AS me, pg_database AS here
            WHERE me.rolname = current_user AND here.datname = current_database()
            """, ct))!;
    }

    /// <summary>
    /// The schemas of the search path that have our tables and that the role may not use. PostgreSQL looks for a
    /// table as if they were not there, so that the schema would seem to be missing.
    /// </summary>
    public async Task<IReadOnlyList<string>> ClosedSchemasAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var closed = await db.AllAsync<ClosedSchema>($"""
            SELECT space.nspname::text AS name
            FROM pg_class AS clients JOIN pg_namespace AS space ON space.oid = clients.relnamespace
            WHERE clients.relname = 'oauth_clients' AND NOT has_schema_privilege(space.oid, 'USAGE')
              AND space.nspname IN (
                  SELECT replace(trim(BOTH ' "' FROM entry), '$user', current_user)
                  FROM unnest(string_to_array(current_setting('search_path'), ',')) AS entry)
            ORDER BY name
            """, ct);
        return [.. closed.Select(schema => schema.Name)];
    }

    /// <summary>Those of the wanted rights that the role does not have.</summary>
    public async Task<IReadOnlyList<TableRight>> LackingAsync(IReadOnlyList<TableRight> wanted, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        string[] tables = [.. wanted.Select(right => right.Table)];
        string[] rights = [.. wanted.Select(right => right.Right)];
        // A table that is not there has no row here; that is for the check of the schema to say.
        return await db.AllAsync<TableRight>($"""
            SELECT name AS "table", privilege AS "right" FROM unnest({tables}, {rights}) AS wanted (name, privilege)
            WHERE NOT has_table_privilege(to_regclass(name)::oid, privilege) ORDER BY name, privilege
            """, ct);
    }

    /// <summary>
    /// The sequences of our tables that would give a number again; of those that the role may not read nothing is
    /// known.
    /// </summary>
    public async Task<IReadOnlyList<SequenceBehind>> SequencesBehindAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var behind = new List<SequenceBehind>();
        foreach (var (table, column) in Counted(db.Model))
        {
            // The names are the model's own, and no value can stand where they do.
            var sql = $$"""
                SELECT {0} AS "table", {1} AS "column", number AS sequence
                FROM (SELECT pg_get_serial_sequence({0}, {1}) AS number,
                             (SELECT max({{column}}) FROM {{table}}) AS highest) AS given
                WHERE CASE WHEN has_sequence_privilege(number, 'USAGE, SELECT')
                           THEN highest > coalesce(pg_sequence_last_value(number::regclass), 0) END
                """;
            behind.AddRange(await db.AllAsync<SequenceBehind>(
                FormattableStringFactory.Create(sql, table, column), ct));
        }

        return behind;
    }

    private static IEnumerable<(string Table, string Column)> Counted(IModel model) =>
        from entity in model.GetEntityTypes()
        where entity.GetTableName() is not null
        from key in entity.FindPrimaryKey()?.Properties ?? []
        where key.ClrType == typeof(long) || key.ClrType == typeof(int)
        where key.ValueGenerated == ValueGenerated.OnAdd
        select (entity.GetTableName()!, key.GetColumnName());

    /// <summary>
    /// By how much the database's clock is ahead of ours, of several questions the one that was answered soonest:
    /// half of the time that its answer took is the most that this can be wrong by.
    /// </summary>
    public async Task<(TimeSpan Ahead, TimeSpan RoundTrip)> ClockAsync(
        TimeProvider clock, int questions, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.Database.OpenConnectionAsync(ct);
        var best = (Ahead: TimeSpan.Zero, RoundTrip: TimeSpan.MaxValue);
        for (var i = 0; i < questions; i++)
        {
            var asked = clock.GetUtcNow();
            var began = clock.GetTimestamp();
            var told = await db.ClockAsync(ct);
            var took = clock.GetElapsedTime(began);
            if (took < best.RoundTrip) best = (told - (asked + (took / 2)), took);
        }

        return best;
    }

    /// <summary>
    /// What the role has to be allowed to do, table by table: the tables are those of the model, so that a new one
    /// is never forgotten.
    /// </summary>
    /// <param name="administers">Whether the admin API is on, which writes clients.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlyList<TableRight>> WantedRightsAsync(bool administers, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return
        [
            .. db.Model.GetEntityTypes().Select(entity => entity.GetTableName()).OfType<string>()
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).SelectMany(TableRights.On),
            .. administers ? TableRights.OfAdmin : [],
        ];
    }
}

/// <summary>Maps what the statements answer with.</summary>
internal sealed class DatabaseFactRows :
    IEntityTypeConfiguration<DatabaseState>,
    IEntityTypeConfiguration<TableRight>,
    IEntityTypeConfiguration<ClosedSchema>,
    IEntityTypeConfiguration<SequenceBehind>
{
    public void Configure(EntityTypeBuilder<DatabaseState> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<TableRight> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<ClosedSchema> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<SequenceBehind> builder) => builder.HasNoKey().ToView(null);
}
