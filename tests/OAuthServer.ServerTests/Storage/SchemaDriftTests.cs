using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>
/// The mapping is written by hand beside the migrations: the two are compared here, in both directions.
/// </summary>
public sealed class SchemaDriftTests
{
    // Every table with its columns, keys and references. Keys and indexes by their columns: no statement needs their
    // names.
    private const string Catalogue = """
        WITH ours AS (
            SELECT oid, relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
                AND relkind IN ('r', 'p')
        )
        SELECT format('%s: a table', relname) AS fact FROM ours
        UNION ALL
        SELECT format('%s.%s: %s %s', relname, attname, format_type(atttypid, atttypmod),
                      CASE WHEN attnotnull THEN 'NOT NULL' ELSE 'NULL' END)
        FROM ours JOIN pg_attribute ON attrelid = ours.oid WHERE attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT format('%s: %s (%s)', relname, CASE WHEN indisprimary THEN 'primary key' ELSE 'unique' END,
                      (SELECT string_agg(attname, ', ' ORDER BY position)
                       FROM unnest(indkey::smallint[]) WITH ORDINALITY AS k (number, position)
                            JOIN pg_attribute ON attrelid = indrelid AND attnum = k.number))
        FROM ours JOIN pg_index ON indrelid = ours.oid WHERE indisunique
        UNION ALL
        SELECT format('%s: (%s) references %s (%s)', relname,
                      (SELECT string_agg(attname, ', ' ORDER BY position)
                       FROM unnest(conkey) WITH ORDINALITY AS k (number, position)
                            JOIN pg_attribute ON attrelid = conrelid AND attnum = k.number),
                      confrelid::regclass,
                      (SELECT string_agg(attname, ', ' ORDER BY position)
                       FROM unnest(confkey) WITH ORDINALITY AS k (number, position)
                            JOIN pg_attribute ON attrelid = confrelid AND attnum = k.number))
        FROM ours JOIN pg_constraint ON conrelid = ours.oid WHERE contype = 'f'
        """;

    [Fact]
    public async Task Every_table_is_as_the_mapping_says_and_there_is_no_other()
    {
        await using var database = await TestDatabase.CreateAsync();
        Assert.Empty(await DriftAsync(database));
    }

    [Theory]
    [InlineData("ALTER TABLE oauth_clients DROP COLUMN name", "oauth_clients.name: text NOT NULL")]
    [InlineData("ALTER TABLE oauth_clients ADD COLUMN badge text", "oauth_clients.badge: text NULL")]
    [InlineData(
        "ALTER TABLE accounts ALTER COLUMN email TYPE varchar(100)", "accounts.email: character varying(100) NULL")]
    [InlineData(
        "ALTER TABLE accounts ALTER COLUMN access_failed_count TYPE bigint",
        "accounts.access_failed_count: bigint NOT NULL")]
    [InlineData(
        "ALTER TABLE accounts ALTER COLUMN lockout_enabled DROP NOT NULL", "accounts.lockout_enabled: boolean NULL")]
    [InlineData(
        "ALTER TABLE oauth_refresh_tokens ALTER COLUMN rotated_at SET NOT NULL",
        "oauth_refresh_tokens.rotated_at: timestamp with time zone NULL")]
    [InlineData(
        "ALTER TABLE oauth_consents DROP CONSTRAINT oauth_consents_pkey",
        "oauth_consents: primary key (user_id, client_id, resource)")]
    [InlineData("DROP INDEX oauth_resources_one_default", "oauth_resources: unique (is_default)")]
    [InlineData(
        "ALTER TABLE oauth_resources ALTER COLUMN name TYPE varchar(100)",
        "oauth_resources.name: character varying(100) NOT NULL")]
    [InlineData("DROP INDEX accounts_normalized_user_name", "accounts: unique (normalized_user_name)")]
    [InlineData("CREATE UNIQUE INDEX ON oauth_clients (name)", "oauth_clients: unique (name)")]
    [InlineData(
        "ALTER TABLE oauth_consents DROP CONSTRAINT oauth_consents_user_id_fkey",
        "oauth_consents: (user_id) references accounts (id)")]
    [InlineData(
        "ALTER TABLE oauth_authorization_codes ADD FOREIGN KEY (user_id) REFERENCES accounts",
        "oauth_authorization_codes: (user_id) references accounts (id)")]
    [InlineData("CREATE TABLE forgotten (id int)", "forgotten: a table")]
    [InlineData("DROP TABLE oauth_revoked_tokens", "oauth_revoked_tokens: a table")]
    public async Task Drift_is_noticed(string change, string fact)
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(change);
        Assert.Contains(await DriftAsync(database), drift => drift.StartsWith(fact + " (", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> DriftAsync(TestDatabase database)
    {
        await using var db = database.Contexts.CreateDbContext();
        var model = db.GetService<IDesignTimeModel>().Model
            .GetRelationalModel().Tables
            .SelectMany(Describe)
            .ToHashSet(StringComparer.Ordinal);
        var catalogue = (await database.QueryAsync(Catalogue))
            .Select(row => (string)row["fact"]!)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. model.Except(catalogue).Select(fact => $"{fact} (the mapping says so, the database does not)"),
            .. catalogue.Except(model).Select(fact => $"{fact} (the database says so, the mapping does not)"),
        ];
    }

    private static IEnumerable<string> Describe(ITable table)
    {
        yield return $"{table.Name}: a table";
        foreach (var column in table.Columns)
            yield return $"{table.Name}.{column.Name}: {column.StoreType} {(column.IsNullable ? "NULL" : "NOT NULL")}";
        foreach (var unique in table.UniqueConstraints)
            yield return $"{table.Name}: {(unique.GetIsPrimaryKey() ? "primary key" : "unique")} "
                + $"({List(unique.Columns)})";
        foreach (var index in table.Indexes.Where(index => index.IsUnique))
            yield return $"{table.Name}: unique ({List(index.Columns)})";
        foreach (var foreign in table.ForeignKeyConstraints)
            yield return $"{table.Name}: ({List(foreign.Columns)}) references {foreign.PrincipalTable.Name} "
                + $"({List(foreign.PrincipalColumns)})";

        static string List(IEnumerable<IColumnBase> columns) =>
            string.Join(", ", columns.Select(column => column.Name));
    }
}
