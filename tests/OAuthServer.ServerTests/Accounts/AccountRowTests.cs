using System.Net;
using Npgsql;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>Rows that operators write: other alphabets, hashes of other software, and what can never work.</summary>
public sealed class AccountRowTests(GuardedServer shared) : IClassFixture<GuardedServer>
{
    private const string HashCheck = "accounts_password_hash_has_no_known_format";

    private readonly TestServer _server = shared.Server;

    [Theory]
    [InlineData("o'brien@example.com", "o'brien@example.com")]
    [InlineData("a+b=c/d@example.com", "A+B=C/D@example.com")]
    [InlineData("{curly}|`tick`!#$%&*?^~@example.com", "{curly}|`tick`!#$%&*?^~@example.com")]
    [InlineData("\u30c6\u30b9\u30c8@example.com", "\u30c6\u30b9\u30c8@example.com")]
    [InlineData("jos\u00e9@example.com", "jose\u0301@example.com")]
    [InlineData("m\u00fcller@example.com", "MU\u0308LLER@EXAMPLE.COM")]
    [InlineData("\ud55c\uae00@example.com", "\u1112\u1161\u11ab\u1100\u1173\u11af@example.com")]
    [InlineData("anna@b\u00fccher.example", "Anna@xn--bcher-kva.example")]
    [InlineData("anna@m\u00fcnchen.example", "anna@mu\u0308nchen.example")]
    public async Task An_address_of_any_alphabet_signs_in_in_every_form_and_wrong_passwords_count(
        string stored, string typed)
    {
        await AddAsync(stored);
        using var browser = new TestBrowser(_server);
        await GuessAsync(browser, typed, $"not the password of {stored}");
        Assert.Equal(1, await _server.Database.ScalarAsync<int>(
            "SELECT access_failed_count FROM accounts WHERE email = $1", stored));
        await browser.SignInAsync(typed);
    }

    [Fact]
    public async Task Guesses_at_an_address_are_counted_together_in_whatever_form()
    {
        string[] forms =
        [
            "zo\u00eb@b\u00fccher.example", "zoe\u0308@bu\u0308cher.example", "ZOE\u0308@XN--BCHER-KVA.EXAMPLE",
        ];
        using var browser = new TestBrowser(_server);
        for (var guess = 0; guess < GuardedServer.Guesses; guess++)
            await GuessAsync(browser, forms[guess % forms.Length], $"guess {guess}");
        foreach (var form in forms)
        {
            using var answer = await browser.TypePasswordAsync(
                await browser.GetAsync("/account/sign-in"), form, "one guess more");
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_password_is_the_same_in_every_form()
    {
        const string Chosen = "Cafe\u0301 mit\u00a0S\u00e4hnchen";
        await AddAsync("carla@example.com");
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync("carla@example.com");
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/password"), "/account/password");
        form.Fields["current"] = TestData.Password;
        (form.Fields["new"], form.Fields["repeat"]) = (Chosen, "Caf\u00e9 mit Sa\u0308hnchen");
        using var changed = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, changed.StatusCode);
        foreach (var typed in (string[])[Chosen, "Caf\u00e9 mit S\u00e4hnchen", "Cafe\u0301\u3000mit Sa\u0308hnchen"])
        {
            using var again = new TestBrowser(_server);
            await again.SignInAsync("carla@example.com", typed);
        }

        using var stranger = new TestBrowser(_server);
        await GuessAsync(stranger, "carla@example.com", "cafe\u0301 mit s\u00e4hnchen");
    }

    [Theory]
    [InlineData("p\ufffe", "password")]
    [InlineData("alice@example.com", "\ufffe")]
    [InlineData("alice@xn--\ufffe", "password")]
    public async Task What_is_no_text_is_refused_like_a_wrong_password(string typed, string password)
    {
        using var browser = new TestBrowser(_server);
        await GuessAsync(browser, typed, password);
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
    [InlineData("normalized_email = U&'JOSE\\0301@EXAMPLE.COM'", "accounts_normalized_email_is_not_composed")]
    [InlineData("normalized_email = U&'U\\0308@EXAMPLE.COM'", "accounts_normalized_email_is_not_composed")]
    [InlineData(
        "email = 'anna@xn--bcher-kva.example', normalized_email = 'ANNA@XN--BCHER-KVA.EXAMPLE'",
        "accounts_normalized_email_is_punycode")]
    [InlineData(
        "email = 'anna@mail.xn--bcher-kva.example', normalized_email = 'ANNA@MAIL.XN--BCHER-KVA.EXAMPLE'",
        "accounts_normalized_email_is_punycode")]
    [InlineData("normalized_email = NULL", "accounts_normalized_email_is_missing")]
    [InlineData("email = 'bobby@example.com'", "accounts_normalized_email_is_of_another_address")]
    [InlineData("normalized_email = 'BOBBY@EXAMPLE.COM'", "accounts_normalized_email_is_of_another_address")]
    [InlineData("security_stamp = ''", "accounts_stamp_is_empty")]
    public async Task The_table_names_what_cannot_work(string change, string constraint)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => _server.Database.ExecuteAsync(
            $"UPDATE accounts SET {change} WHERE id = $1", TestData.BobId));
        Assert.Equal(constraint, refused.ConstraintName);
    }

    [Theory]
    [InlineData("email, password_hash", "'ida@example.com', $1")]
    [InlineData(
        "email, password_hash, security_stamp, concurrency_stamp, normalized_email",
        "'ira@example.com', $1, NULL, NULL, NULL")]
    [InlineData("email, password_hash, normalized_email", "'zo\u00eb@example.org', $1, 'ZO\u00cb@EXAMPLE.ORG'")]
    public async Task An_address_and_a_hash_alone_make_somebody_who_signs_in(string columns, string values)
    {
        var hash = await _server.Database.ScalarAsync<string>(
            "SELECT password_hash FROM accounts WHERE id = $1", TestData.AliceId);
        await _server.Database.ExecuteAsync($"INSERT INTO accounts ({columns}) VALUES ({values})", hash);
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync(values.Split('\'')[1].ToUpperInvariant());
    }

    [Theory]
    [InlineData("zo\u00eb@example.net", "accounts_normalized_email_is_missing")]
    [InlineData("anna@xn--bcher-kva.example", "accounts_normalized_email_is_missing")]
    [InlineData("nobody", "accounts_email_is_not_an_address")]
    public async Task What_the_table_cannot_look_up_by_itself_fails_with_a_name(string email, string constraint)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => _server.Database.ExecuteAsync("INSERT INTO accounts (email) VALUES ($1)", email));
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
        SELECT $1, $2, $1, $2, password_hash FROM accounts WHERE email = 'alice@example.com'
        """, email, email.ToUpperInvariant());
}
