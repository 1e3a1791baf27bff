using System.Net;
using Npgsql;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>Rows that operators write: other alphabets, hashes of other software, and what can never work.</summary>
public sealed class AccountRowTests(GuardedServer shared) : IClassFixture<GuardedServer>
{
    private const string HashCheck = "accounts_password_hash_is_not_of_identity";

    private readonly TestServer _server = shared.Server;

    [Theory]
    [InlineData("o'brien@example.com", "o'brien@example.com")]
    [InlineData("a+b=c/d@example.com", "A+B=C/D@example.com")]
    [InlineData("{curly}|`tick`!#$%&*?^~@example.com", "{curly}|`tick`!#$%&*?^~@example.com")]
    [InlineData("\u30c6\u30b9\u30c8@example.com", "\u30c6\u30b9\u30c8@example.com")]
    public async Task An_address_of_any_alphabet_signs_in_and_wrong_passwords_count(string stored, string typed)
    {
        await AddAsync(stored);
        using var browser = new TestBrowser(_server);
        await GuessAsync(browser, typed, "not the password");
        Assert.Equal(1, await _server.Database.ScalarAsync<int>(
            "SELECT access_failed_count FROM accounts WHERE email = $1", stored));
        await browser.SignInAsync(typed);
    }

    [Theory]
    [InlineData("bcrypt@example.com", "$2a$10$demoOnlyDemoOnlyDemo1OqeGu0q5jeHWDZngpOzBks6xXfOPTAm2")]
    [InlineData("argon@example.com", "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b7dWRWJTmaaJObG")]
    [InlineData("django@example.com", "pbkdf2_sha256$600000$salt$o8EH8yq7o0Z4Y2b1Vq3yE8a0=")]
    [InlineData("base@example.com", "c29tZXRoaW5n")]
    [InlineData("cut@example.com", "AQAAAAIAAzRQAAAAEA==")]
    [InlineData("none@example.com", null)]
    public async Task A_hash_that_fits_no_password_is_refused_like_a_wrong_password_and_counts(
        string email, string? hash)
    {
        await _server.Database.ExecuteAsync($"ALTER TABLE accounts DROP CONSTRAINT IF EXISTS {HashCheck}");
        await AddAsync(email);
        await _server.Database.ExecuteAsync(
            $"UPDATE accounts SET password_hash = {(hash is null ? "NULL" : $"'{hash}'")} WHERE email = $1", email);
        using var browser = new TestBrowser(_server);
        await GuessAsync(browser, email, TestData.Password);
        Assert.Equal(1, await _server.Database.ScalarAsync<int>(
            "SELECT access_failed_count FROM accounts WHERE email = $1", email));
    }

    [Theory]
    [InlineData("user_name = NULL", "accounts_user_name_is_missing")]
    [InlineData("normalized_user_name = ' '", "accounts_normalized_user_name_is_missing")]
    [InlineData("email = 'nobody'", "accounts_email_is_not_an_address")]
    [InlineData("normalized_email = 'bob@example.com'", "accounts_normalized_email_is_not_in_capitals")]
    [InlineData("security_stamp = ''", "accounts_stamp_is_empty")]
    public async Task The_table_names_what_cannot_work(string change, string constraint)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => _server.Database.ExecuteAsync(
            $"UPDATE accounts SET {change} WHERE id = $1", TestData.BobId));
        Assert.Equal(constraint, refused.ConstraintName);
    }

    private static async Task GuessAsync(TestBrowser browser, string email, string password)
    {
        using var page = await browser.GetAsync("/account/sign-in");
        using var answer = await browser.TypePasswordAsync(page, email, password);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private async Task AddAsync(string email) => await _server.Database.ExecuteAsync("""
        INSERT INTO accounts (user_name, normalized_user_name, email, normalized_email, password_hash)
        SELECT $1, upper($1), $1, upper($1), password_hash FROM accounts WHERE email = 'alice@example.com'
        """, email);
}
