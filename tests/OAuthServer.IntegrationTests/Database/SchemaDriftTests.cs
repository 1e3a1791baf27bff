using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using OAuthServer.Storage;
using OAuthServer.Storage.Migrations;
using OAuthServer.Testing;

namespace OAuthServer.IntegrationTests.Database;

/// <summary>The EF Core model is written by hand beside the migrations: here the two are held against each other, in both directions.</summary>
public sealed class SchemaDriftTests
{
    /// <summary>Columns of mapped tables that the model does not know; each with the reason.</summary>
    private static readonly Dictionary<string, string> NotMapped = [];

    /// <summary>Places where the database is stricter than the model asks for, or differs on purpose; each with the reason.</summary>
    private static readonly Dictionary<string, string> OnPurpose = new()
    {
        ["accounts: unique (normalized_email)"] = "one person for each address; Identity leaves that to its options",
        ["oauth_consents: (user_id) references accounts"] = "consent goes with the person; the model has no use for the way there",
        ["oauth_consents: (client_id) references oauth_clients"] = "consent goes with the client",
    };

    [Fact]
    public async Task Every_column_of_the_model_is_in_the_database_as_the_model_says_and_no_other()
    {
        await using var database = await TestDatabase.CreateAsync();
        var drift = await DriftAsync(database);
        Assert.True(drift.Count == 0, string.Join('\n', drift));
    }

    [Theory]
    [InlineData("ALTER TABLE oauth_clients DROP COLUMN client_name", "oauth_clients.client_name")]
    [InlineData("ALTER TABLE oauth_clients ADD COLUMN logo text", "oauth_clients.logo")]
    [InlineData("ALTER TABLE accounts ALTER COLUMN email TYPE varchar(100)", "accounts.email")]
    [InlineData("ALTER TABLE accounts ALTER COLUMN access_failed_count TYPE bigint", "accounts.access_failed_count")]
    [InlineData("ALTER TABLE accounts ALTER COLUMN lockout_enabled DROP NOT NULL", "accounts.lockout_enabled")]
    [InlineData("ALTER TABLE accounts ALTER COLUMN password_hash SET NOT NULL", "accounts.password_hash")]
    [InlineData("ALTER TABLE oauth_consents DROP CONSTRAINT oauth_consents_pkey", "oauth_consents")]
    [InlineData("DROP INDEX accounts_normalized_user_name", "accounts")]
    [InlineData("ALTER TABLE account_claims DROP CONSTRAINT account_claims_user_id_fkey", "account_claims")]
    [InlineData("CREATE TABLE forgotten (id int)", "forgotten")]
    public async Task Drift_is_noticed(string change, string place)
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(change);
        Assert.Contains(await DriftAsync(database), drift => drift.StartsWith(place + ":", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> DriftAsync(TestDatabase database)
    {
        var options = new DbContextOptionsBuilder<OAuthDbContext>().UseNpgsql(database.DataSource).UseSnakeCaseNamingConvention().Options;
        await using var context = new OAuthDbContext(options);
        var tables = context.Model.GetRelationalModel().Tables.ToList();
        Assert.True(tables.Count >= 7, "The model was not found.");
        var model = tables.SelectMany(Describe).ToHashSet(StringComparer.Ordinal);
        var catalogue = await DescribeAsync(database, [.. tables.Select(table => table.Name)]);
        var unknown = await UnknownTablesAsync(database, [.. tables.Select(table => table.Name)]);
        return
        [
            .. model.Except(catalogue).Where(fact => !OnPurpose.ContainsKey(fact)).Select(fact => $"{fact} (the model says so, the database does not)"),
            .. catalogue.Except(model).Where(fact => !OnPurpose.ContainsKey(fact) && !NotMapped.ContainsKey(fact.Split(':')[0])).Select(fact => $"{fact} (the database says so, the model does not)"),
            .. unknown.Select(table => $"{table}: the database has this table; neither the model nor a statement of Storage knows it"),
        ];
    }

    // Keys and indexes by their columns: names are for messages, and no statement needs them.
    private static IEnumerable<string> Describe(ITable table)
    {
        foreach (var column in table.Columns) yield return $"{table.Name}.{column.Name}: {column.StoreType} {(column.IsNullable ? "NULL" : "NOT NULL")}";
        if (table.PrimaryKey is { } key) yield return $"{table.Name}: primary key ({List(key.Columns)})";
        foreach (var index in table.Indexes.Where(index => index.IsUnique)) yield return $"{table.Name}: unique ({List(index.Columns)})";
        foreach (var foreign in table.ForeignKeyConstraints) yield return $"{table.Name}: ({List(foreign.Columns)}) references {foreign.PrincipalTable.Name}";

        static string List(IEnumerable<IColumnBase> columns) => string.Join(", ", columns.Select(column => column.Name));
    }

    private static async Task<HashSet<string>> DescribeAsync(TestDatabase database, string[] tables)
    {
        var facts = await database.QueryAsync(
            """
            WITH mapped AS (SELECT oid, relname FROM pg_class WHERE relname = ANY ($1) AND relnamespace = current_schema()::regnamespace AND relkind = 'r')
            SELECT format('%s.%s: %s %s', relname, attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' ELSE 'NULL' END) AS fact
            FROM mapped JOIN pg_attribute ON attrelid = mapped.oid WHERE attnum > 0 AND NOT attisdropped
            UNION ALL
            SELECT format('%s: %s (%s)', relname, CASE WHEN indisprimary THEN 'primary key' ELSE 'unique' END,
                          (SELECT string_agg(attname, ', ' ORDER BY position) FROM unnest(indkey::smallint[]) WITH ORDINALITY AS k (number, position) JOIN pg_attribute ON attrelid = indrelid AND attnum = k.number))
            FROM mapped JOIN pg_index ON indrelid = mapped.oid WHERE indisunique
            UNION ALL
            SELECT format('%s: (%s) references %s', relname,
                          (SELECT string_agg(attname, ', ' ORDER BY position) FROM unnest(conkey) WITH ORDINALITY AS k (number, position) JOIN pg_attribute ON attrelid = conrelid AND attnum = k.number),
                          confrelid::regclass)
            FROM mapped JOIN pg_constraint ON conrelid = mapped.oid WHERE contype = 'f'
            """,
            (object)tables);
        return [.. facts.Select(row => (string)row["fact"]!)];
    }

    // Tables that are not mapped are written by statements, and those are tried on every schema (ServerStatementTests).
    private static async Task<IEnumerable<string>> UnknownTablesAsync(TestDatabase database, string[] mapped)
    {
        var texts = typeof(OAuthDbContext).Assembly.GetTypes().Where(type => type.Namespace == typeof(OAuthDbContext).Namespace)
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => field.FieldType == typeof(string)).Select(field => (string)field.GetValue(null)!).ToList();
        var tables = await database.QueryAsync("SELECT relname::text AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')");
        return tables.Select(row => (string)row["name"]!).Except([.. mapped, SchemaJournal.Table]).Where(name => !texts.Exists(text => text.Contains(name, StringComparison.Ordinal)));
    }
}
