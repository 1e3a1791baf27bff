using System.Reflection;
using OAuthServer.Operators.Doctor;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Storage.Schema;

/// <summary>Every table has a statement.</summary>
public sealed class SchemaDriftTests
{
    /// <summary>Tables that no statement names; each with the reason.</summary>
    private static readonly Dictionary<string, string> WithoutStatement = new()
    {
        ["account_claims"] = "made for Identity's own store, which this server does not use; an older version still reads it",
        ["account_logins"] = "the same",
        ["account_tokens"] = "the same",
        [SchemaJournal.Table] = "the migrator's own",
    };

    [Fact]
    public async Task Every_table_has_a_statement_or_a_reason()
    {
        await using var database = await TestDatabase.CreateAsync();
        Assert.Equal(WithoutStatement.Keys.Order(StringComparer.Ordinal), await TablesWithoutStatementAsync(database));
    }

    [Fact]
    public async Task A_forgotten_table_is_noticed()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("CREATE TABLE forgotten (id int)");
        Assert.Contains("forgotten", await TablesWithoutStatementAsync(database));
    }

    private static async Task<IEnumerable<string>> TablesWithoutStatementAsync(TestDatabase database)
    {
        var texts = typeof(AuditEvents).Assembly.GetTypes().Where(type => type.Namespace == typeof(AuditEvents).Namespace)
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => field.FieldType == typeof(string)).Select(field => (string)field.GetValue(null)!).ToList();
        var tables = await database.QueryAsync("SELECT relname::text AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')");
        return tables.Select(row => (string)row["name"]!).Where(name => !texts.Exists(text => text.Contains(name, StringComparison.Ordinal))).Order(StringComparer.Ordinal);
    }
}
