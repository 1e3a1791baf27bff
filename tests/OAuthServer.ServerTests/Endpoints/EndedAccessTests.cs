using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>
/// Whoever ends the access of a person or of an app ends all of it, also what is being granted at that moment.
/// </summary>
public sealed class EndedAccessTests(OwnServer own) : IClassFixture<OwnServer>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestServer _server = own.Server;
    private TestBrowser _browser = null!;
    private Guid _person;
    private string _email = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _person = Guid.NewGuid();
        _email = $"ended-{_person:N}@example.com";
        await _server.Database.ExecuteAsync("""
            INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed,
                                  password_hash)
            SELECT $1, $2, upper($2), $2, upper($2), true, password_hash FROM accounts WHERE id = $3
            """, _person, _email, TestData.AliceId);
        _browser = new(_server);
        await _browser.SignInAsync(_email);
    }

    public ValueTask DisposeAsync()
    {
        _browser.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_form_that_is_answered_while_the_password_changes_gives_no_code()
    {
        var tokens = await _server.RedeemAsync((await _browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        using var asked = await _browser.GetAsync(new AuthorizationAsk().With("prompt", "consent").Path);
        using var changing = await _browser.GetAsync("/account/password");
        var form = await TestBrowser.FormAsync(changing, "/account/password");
        (form.Fields["current"], form.Fields["new"]) = (TestData.Password, "another good passphrase");
        form.Fields["repeat"] = form.Fields["new"];

        // The change has happened and waits in the withdrawal.
        await using var connection = await _server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await HoldAsync(connection, $"SELECT 1 FROM oauth_refresh_tokens WHERE user_id = '{_person}' FOR UPDATE");
        var changed = _browser.PostAsync(form.Action, form.Fields);
        await WaitForWaitersAsync(1);
        var agreed = _browser.DecideAsync(asked, "allow");
        await WaitForWaitersAsync(2);
        await transaction.RollbackAsync(Ct);

        Assert.Equal(HttpStatusCode.SeeOther, (await changed).StatusCode);
        Assert.DoesNotContain("code=", (await agreed).Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(0, await LiveGrantsAsync());
        Assert.Equal("invalid_grant", (await _server.RefreshAsync(tokens.RefreshToken)).Error);
    }

    [Fact]
    public async Task A_change_of_the_password_that_fails_withdraws_nothing()
    {
        var tokens = await _server.RedeemAsync((await _browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        using var changing = await _browser.GetAsync("/account/password");
        var form = await TestBrowser.FormAsync(changing, "/account/password");
        (form.Fields["current"], form.Fields["new"]) = (TestData.Password, "another good passphrase");
        form.Fields["repeat"] = form.Fields["new"];
        await _server.Database.ExecuteAsync(
            "ALTER TABLE oauth_revoked_tokens ADD CONSTRAINT never CHECK (false) NOT VALID");
        try
        {
            using var failed = await _browser.PostAsync(form.Action, form.Fields);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        }
        finally
        {
            await _server.Database.ExecuteAsync("ALTER TABLE oauth_revoked_tokens DROP CONSTRAINT never");
        }

        using var again = new TestBrowser(_server);
        await again.SignInAsync(_email, TestData.Password);
        Assert.Equal(HttpStatusCode.OK, (await _server.RefreshAsync(tokens.RefreshToken)).Status);
    }

    [Fact, Row("UI-12")]
    public async Task A_code_of_remembered_consent_waits_for_who_takes_the_consent_away()
    {
        Assert.NotNull((await _browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        await using var connection = await _server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await HoldAsync(connection, $"DELETE FROM oauth_consents WHERE user_id = '{_person}'");

        var asked = _browser.GetAsync(new AuthorizationAsk().Path);
        await WaitForWaitersAsync(1);
        await transaction.CommitAsync(Ct);

        Assert.Equal(HttpStatusCode.OK, (await asked).StatusCode);
    }

    [Theory]
    [InlineData("refresh token")]
    [InlineData("code")]
    [InlineData("session")]
    public async Task What_ended_with_an_account_does_not_begin_again_with_it(string what)
    {
        var code = (await _browser.AuthorizeAsync(new AuthorizationAsk())).Code;
        var tokens = what == "refresh token" ? await _server.RedeemAsync(code) : null;

        await _server.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", _person);
        await _server.Database.ExecuteAsync("UPDATE accounts SET disabled_at = NULL WHERE id = $1", _person);

        if (tokens is not null)
            Assert.Equal("invalid_grant", (await _server.RefreshAsync(tokens.RefreshToken)).Error);
        else if (what == "code") Assert.Equal("invalid_grant", (await _server.RedeemAsync(code)).Error);
        else Assert.Equal("/account/sign-in", await NextAsync());
        using var again = new TestBrowser(_server);
        await again.SignInAsync(_email);
        Assert.NotNull((await again.AuthorizeAsync(new AuthorizationAsk())).Code);
    }

    [Theory, Row("TOK-03")]
    [InlineData("read", null, "read")]
    [InlineData("write", null, "write")]
    [InlineData("read", "read write", "read")]
    [InlineData("other", null, null)]
    [InlineData("write", "read", null)]
    public async Task A_scope_that_was_taken_from_a_client_is_issued_no_more(string left, string? asked, string? issued)
    {
        await _server.AddScopesAsync("other");
        var client = $"shrinking-{Guid.NewGuid():N}";
        await _server.Database.ExecuteAsync("""
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes)
            VALUES ($1, $2, 'Shrinking', ARRAY[$3], '{read,write,other}')
            """, client, TestData.SecretHash, TestData.WebRedirectUri);
        var ask = AuthorizationAsk.For(client, TestData.WebRedirectUri).With("scope", "read write");
        var code = (await _browser.AuthorizeAsync(ask)).Code;
        var tokens = await _server.RedeemAsync((await _browser.AuthorizeAsync(ask)).Code, client);
        Assert.Equal("read write", tokens.Scope);

        await _server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET allowed_scopes = ARRAY[$2] WHERE client_id = $1", client, left);
        var other = left == "other" ? "write" : "other";
        await Eventually.BecomesTrue(
            async () => (await _browser.GetAsync(ask.With("scope", other).Path)).Headers.Location?.OriginalString
                .Contains("invalid_scope", StringComparison.Ordinal) == true,
            Patience, "the server knows the client's new scopes");

        var refreshed = await _server.RefreshAsync(tokens.RefreshToken, client, asked);
        Assert.Equal((issued, issued is null ? "invalid_grant" : null), (refreshed.Scope, refreshed.Error));
        var redeemed = await _server.RedeemAsync(code, client);
        if (asked is null) Assert.Equal((issued, refreshed.Error), (redeemed.Scope, redeemed.Error));
        if (issued is not null) return;

        // Nothing was used up.
        await _server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET allowed_scopes = '{read,write}' WHERE client_id = $1", client);
        await Eventually.BecomesTrue(
            async () => (await _server.RefreshAsync(tokens.RefreshToken, client)).Status == HttpStatusCode.OK, Patience,
            "the scopes are back");
    }

    [Fact, Row("UI-05")]
    public async Task What_was_shown_is_what_was_agreed_to()
    {
        var client = $"defaulting-{Guid.NewGuid():N}";
        await _server.Database.ExecuteAsync("""
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, default_scopes)
            VALUES ($1, $2, 'Defaulting', ARRAY[$3], '{read,write}', '{read}')
            """, client, TestData.SecretHash, TestData.WebRedirectUri);
        var ask = AuthorizationAsk.For(client, TestData.WebRedirectUri).With("scope", null);
        using var shown = await _browser.GetAsync(ask.Path);

        await _server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET default_scopes = '{read,write}' WHERE client_id = $1", client);
        await Eventually.BecomesTrue(
            async () => (await (await _browser.GetAsync(ask.Path)).Content.ReadAsStringAsync(Ct))
                .Contains("Write your notes", StringComparison.Ordinal),
            Patience, "the server knows the client's new defaults");

        using var agreed = await _browser.DecideAsync(shown, "allow");
        var code = new AuthorizationAnswer(agreed.Headers.Location!.OriginalString).Code;
        Assert.Equal("read", (await _server.RedeemAsync(code, client)).Scope);
    }

    // Where the person is sent who asks once more.
    private async Task<string> NextAsync()
    {
        using var answer = await _browser.GetAsync(new AuthorizationAsk().Path);
        return answer.Headers.Location!.OriginalString.Split('?')[0];
    }

    private static async Task HoldAsync(Npgsql.NpgsqlConnection connection, string sql)
    {
        await using var hold = connection.CreateCommand();
        hold.CommandText = sql;
        await hold.ExecuteNonQueryAsync(Ct);
    }

    private Task WaitForWaitersAsync(int count) => Eventually.BecomesTrue(
        async () => await _server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
            == count,
        Patience, $"{count} statements wait");

    private Task<long> LiveGrantsAsync() => _server.Database.ScalarAsync<long>("""
        SELECT (SELECT count(*) FROM oauth_authorization_codes
                WHERE user_id = $1 AND revoked_at IS NULL AND used_at IS NULL)
             + (SELECT count(*) FROM oauth_refresh_tokens WHERE user_id = $1 AND revoked_at IS NULL)
        """, _person);
}
