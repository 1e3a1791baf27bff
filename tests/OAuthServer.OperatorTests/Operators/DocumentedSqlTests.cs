using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators;

/// <summary>Every statement of the documentation runs on the schema of this build, whatever the locale is.</summary>
public sealed class DocumentedSqlTests
{
    private const string Cased = "Jos\u00e9@Example.com";
    private const string Stored = "jos\u00e9@example.com";
    private const string Normalized = "JOS\u00c9@EXAMPLE.COM";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Locales, and whether the database knows the letters of all alphabets in them.</summary>
    public static TheoryData<string, bool> Locales => new()
    {
        { "ENCODING 'UTF8' LOCALE 'C'", true },
        { "ENCODING 'UTF8' LOCALE 'C.UTF-8'", true },
        { "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C'", true },
        { "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'", true },
        { "ENCODING 'SQL_ASCII' LOCALE 'C'", false },
    };

    [Theory]
    [MemberData(nameof(Locales))]
    public async Task Every_statement_runs(string locale, bool _)
    {
        await using var database = await CreateAsync(locale);
        // There can be one default, and the documentation makes it.
        await database.ExecuteAsync("DELETE FROM oauth_resources");
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        Assert.Superset(
            new HashSet<string> { "README.md", "docs/operations/clients.md", "docs/operations/incidents.md" },
            DocumentedSql.Pages.ToHashSet());
        foreach (var email in (string[])[TestData.Email, Cased, Normalized])
        {
            foreach (var block in DocumentedSql.Pages.SelectMany(page => DocumentedSql.Blocks(page, email: email)))
            {
                await using var transaction = await connection.BeginTransactionAsync(Ct);
                await using var command = new NpgsqlCommand(block, connection, transaction);
                var fault = await Record.ExceptionAsync(() => command.ExecuteNonQueryAsync(Ct));
                Assert.True(fault is null, $"{fault?.Message}\n{block}");
                await transaction.RollbackAsync(Ct);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Locales))]
    public async Task An_account_is_found_by_its_address_and_no_other_is(string locale, bool knowsLetters)
    {
        await using var database = await CreateAsync(locale);
        var jose = await database.ScalarAsync<Guid>("SELECT id FROM accounts WHERE email = $1", Stored);

        foreach (var typed in (string[])[Stored, Cased, $" {Cased} ", Normalized, "JOS\u00c9@example.com"])
            Assert.Equal(jose, await FindAsync(database, typed));
        foreach (var typed in (string[])["Jose\u0301@example.com", "JOSE\u0301@EXAMPLE.COM"])
        {
            if (knowsLetters) Assert.Equal(jose, await FindAsync(database, typed));
            else await Assert.ThrowsAsync<PostgresException>(() => FindAsync(database, typed));
        }

        Assert.Equal(TestData.AliceId, await FindAsync(database, "ALICE@example.com"));
        foreach (var typed in (string[])["jose@example.com", "al\u0131ce@example.com", "alice@example.co", "%", ""])
        {
            var fault = await Assert.ThrowsAsync<PostgresException>(() => FindAsync(database, typed));
            Assert.StartsWith("0 accounts have the address", fault.MessageText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_address_that_two_accounts_have_is_nobodys()
    {
        await using var database = await CreateAsync("");
        await AddAsync(database, "jose\u0301@example.com", "SOMEBODY.ELSE@EXAMPLE.COM");

        var fault = await Assert.ThrowsAsync<PostgresException>(() => FindAsync(database, Stored));

        Assert.StartsWith("2 accounts have the address", fault.MessageText, StringComparison.Ordinal);
    }

    private static async Task<TestDatabase> CreateAsync(string locale)
    {
        var database = await TestDatabase.CreateEmptyAsync(locale);
        await TestDatabase.MigrateAsync(database.ConnectionString);
        await TestData.SeedAsync(database);
        await AddAsync(database, Stored, Normalized);
        return database;
    }

    private static Task<int> AddAsync(TestDatabase database, string email, string normalized) => database.ExecuteAsync(
        """
        INSERT INTO accounts (user_name, normalized_user_name, email, normalized_email, email_confirmed)
        VALUES ($1, $2, $1, $2, true)
        """,
        email, normalized);

    private static Task<Guid> FindAsync(TestDatabase database, string typed) =>
        database.ScalarAsync<Guid>("SELECT account_of($1)", typed);
}
