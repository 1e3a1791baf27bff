using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>
/// Which hashes of passwords the table takes: known formats, within bounds that no check of one can abuse.
/// </summary>
public sealed class AccountHashConstraintTests(AccountTable shared) : IClassFixture<AccountTable>
{
    private const string NoFormat = "accounts_password_hash_has_no_known_format";
    private const string Bcrypt = "accounts_bcrypt_cost_is_not_4_to_14";
    private const string Argon2 = "accounts_argon2_is_above_128_mb_10_passes_or_4_lanes";
    private const string Pbkdf2 = "accounts_pbkdf2_is_not_1_to_2_million_iterations";
    private const string Rest = "demoOnlyDemoOnlyDemo1OqeGu0q5jeHWDZngpOzBks6xXfOPTAm2";
    private const string Salted = "$c29tZXNhbHQ$RdescudvJCsgt3ub+b7dWRWJTmaaJObG";

    [Theory]
    [InlineData("$2a$04$" + Rest, null)]
    [InlineData("$2b$14$" + Rest, null)]
    [InlineData("$2y$10$" + Rest, null)]
    [InlineData("$2a$03$" + Rest, Bcrypt)]
    [InlineData("$2a$15$" + Rest, Bcrypt)]
    [InlineData("$2a$31$" + Rest, Bcrypt)]
    [InlineData("$2x$10$" + Rest, Bcrypt)]
    [InlineData("$argon2id$v=19$m=131072,t=10,p=4" + Salted, null)]
    [InlineData("$argon2i$v=19$m=8,t=1,p=1" + Salted, null)]
    [InlineData("$argon2id$v=19$m=131073,t=1,p=1" + Salted, Argon2)]
    [InlineData("$argon2id$v=19$m=65536,t=11,p=1" + Salted, Argon2)]
    [InlineData("$argon2id$v=19$m=65536,t=0,p=1" + Salted, Argon2)]
    [InlineData("$argon2id$v=19$m=65536,t=1,p=5" + Salted, Argon2)]
    [InlineData("$argon2id$v=19$m=31,t=1,p=4" + Salted, Argon2)]
    [InlineData("$argon2id$v=19$m=99999999999999999999,t=1,p=1" + Salted, Argon2)]
    [InlineData("$argon2d$v=19$m=65536,t=1,p=1" + Salted, NoFormat)]
    [InlineData("$argon2id$v=16$m=65536,t=1,p=1" + Salted, NoFormat)]
    [InlineData("$pbkdf2-sha256$i=2000000,l=24" + Salted, null)]
    [InlineData("$pbkdf2-sha512$29000" + Salted, null)]
    [InlineData("$pbkdf2-sha256$i=2000001,l=24" + Salted, Pbkdf2)]
    [InlineData("$pbkdf2$0" + Salted, Pbkdf2)]
    [InlineData("$pbkdf2-md5$1000" + Salted, NoFormat)]
    [InlineData("AQAAAAIAAzRQAAAAEGRlbW8tb25seS1zYWx0LTDugygAdEgqOczI/jhg6Q7U8J7i+jIEKG6xP+OO0Zsi8g==", null)]
    [InlineData("AQAAAAIAHoSBAAAAEGRlbW8tb25seS1zYWx0LTDugygAdEgqOczI/jhg6Q7U8J7i+jIEKG6xP+OO0Zsi8g==", Pbkdf2)]
    [InlineData("AQAAAAL/////AAAAEGRlbW8tb25seS1zYWx0LTDugygAdEgqOczI/jhg6Q7U8J7i+jIEKG6xP+OO0Zsi8g==", Pbkdf2)]
    [InlineData("AQAAAAIAAzRQAAAAEA==", NoFormat)]
    [InlineData("in plain text, by mistake", NoFormat)]
    [InlineData("5f4dcc3b5aa765d61d8327deb882cf99", NoFormat)]
    [InlineData("", NoFormat)]
    [InlineData(null, null)]
    public async Task A_hash_is_of_a_known_format_and_within_bounds(string? hash, string? constraint)
    {
        var write = shared.Database.ExecuteAsync(
            "INSERT INTO accounts (email, password_hash) VALUES (gen_random_uuid() || '@example.com', $1::text)", hash);
        if (constraint is null)
        {
            Assert.Equal(1, await write);
            return;
        }

        Assert.Equal(constraint, (await Assert.ThrowsAsync<PostgresException>(() => write)).ConstraintName);
    }

    /// <summary>As many kinds as cost another time, found by a few steps through an index.</summary>
    [Fact]
    public async Task The_kinds_of_foreign_hashes_are_known_and_found_by_an_index()
    {
        await using var database = await TestData.CreateDatabaseAsync(fullHashCost: true);
        var accounts = new OAuthServer.Storage.Accounts(database.Contexts);
        Assert.Empty(await accounts.ForeignHashesAsync(TestContext.Current.CancellationToken));
        foreach (var hash in (string[])[
            "$2a$04$" + Rest,
            "$2a$05$" + Rest,
            "$argon2id$v=19$m=64,t=2,p=1" + Salted,
            "$pbkdf2-sha256$i=100,l=24" + Salted,
            "AQAAAAIAAABkAAAAEGRlbW8tb25seS1zYWx0LTDugygAdEgqOczI/jhg6Q7U8J7i+jIEKG6xP+OO0Zsi8g==",
        ])
        {
            await database.ExecuteAsync(
                "INSERT INTO accounts (email, password_hash) SELECT n || md5($1) || '@example.com', $1 "
                    + "FROM generate_series(1, 400) AS n",
                hash);
        }

        await database.ExecuteAsync("ANALYZE accounts");
        var kinds = await accounts.ForeignHashesAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            ["$2a$04$", "$2a$05$", "$argon2id$v=19$m=64,t=2,p=1$", "$pbkdf2-sha256$i=100,l=24$32", "AQAAAAIAAABk84"],
            kinds.Select(kind => kind.Cost).Order(StringComparer.Ordinal));
        var plan = string.Join(
            '\n',
            (await database.QueryAsync(
                "EXPLAIN SELECT account_hash_cost(password_hash) FROM accounts WHERE password_hash NOT LIKE "
                    + "'AQAAAAIAAzRQ%' AND account_hash_cost(password_hash) > '$2a$04$' ORDER BY "
                    + "account_hash_cost(password_hash) LIMIT 1")).Select(row => (string)row["QUERY PLAN"]!));
        Assert.Contains("accounts_foreign_hashes", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
    }
}

/// <summary>A database for statements that are refused.</summary>
public sealed class AccountTable : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await TestData.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
