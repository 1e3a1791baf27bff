using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Accounts;

/// <summary>Signing a person out everywhere by command.</summary>
public sealed class AccountsCommandTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Every_session_ends_and_plain_access_stays()
    {
        using var browser = new TestBrowser(_server);
        using var other = new TestBrowser(_server);
        var tokens = await _server.RedeemAsync((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        await other.SignInAsync();

        var run = await RunAsync("sign-out", "ALICE@example.com");

        Assert.Equal(0, run.Code);
        Assert.Equal(
            "alice@example.com is signed out of 2 sessions. Apps with offline_access, and those that use no OpenID "
                + "Connect, keep their access (--all-access ends it).",
            Assert.Single(run.Lines));
        foreach (var signedIn in new[] { browser, other })
        {
            using var page = await signedIn.GetAsync("/account/connections");
            Assert.Equal(HttpStatusCode.SeeOther, page.StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await _server.RefreshAsync(tokens.RefreshToken)).Status);
        Assert.Equal(["sessions ended: 2, by command"], await DetailsAsync("sessions_ended"));
        Assert.Contains(
            "is signed out of 0 sessions",
            (await RunAsync("sign-out", TestData.AliceId.ToString())).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_access_ends_everything_and_says_how_much()
    {
        using var browser = new TestBrowser(_server);
        var tokens = await _server.RedeemAsync((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);

        var run = await RunAsync("sign-out", "alice@example.com", "--all-access", "--json");

        Assert.Equal(0, run.Code);
        Assert.Equal((TestData.AliceId.ToString(), true, 1, 1), (
            run.Json.GetProperty("account").GetString(), run.Json.GetProperty("all_access").GetBoolean(),
            run.Json.GetProperty("sessions").GetInt32(), run.Json.GetProperty("refresh_tokens").GetInt32()));
        Assert.Equal("invalid_grant", (await _server.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal(["sessions ended: 1, refresh tokens: 1, by command"], await DetailsAsync("access_ended"));
        Assert.Equal(
            "All access of alice@example.com has ended: 0 sessions and 0 refresh tokens.",
            Assert.Single((await RunAsync("sign-out", "alice@example.com", "--all-access")).Lines));
    }

    [Theory]
    [InlineData("nobody@example.com")]
    [InlineData("00000000-0000-4000-8000-000000000000")]
    [InlineData("\u001b[31m")]
    public async Task Nobody_is_said_so(string who)
    {
        var run = await RunAsync("sign-out", who);
        Assert.Equal(1, run.Code);
        Assert.StartsWith("There is no account ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Error);
        Assert.Empty(await DetailsAsync("access_ended"));
    }

    [Fact]
    public async Task Second_factors_are_shown_and_taken_away()
    {
        Assert.Equal(
            "alice@example.com has no second factor.",
            Assert.Single((await RunAsync("factors", "alice@example.com")).Lines));
        await _server.Database.ExecuteAsync(
            "INSERT INTO account_authenticators (account_id, id, secret, wrapped_by, last_step) "
                + "VALUES ($1, gen_random_uuid(), decode(repeat('00', 48), 'hex'), 'x', 1)", TestData.AliceId);
        await _server.Database.ExecuteAsync(
            "INSERT INTO account_recovery_codes (account_id, code) VALUES ($1, decode(repeat('00', 32), 'hex'))",
            TestData.AliceId);
        var shown = await RunAsync("factors", "alice@example.com", "--json");
        Assert.Equal(
            (1, false),
            (shown.Json.GetProperty("recovery_codes_left").GetInt32(), shown.Json.GetProperty("removed").GetBoolean()));
        using var asked = new TestBrowser(_server);
        using var step = await asked.TypePasswordAsync(await asked.GetAsync("/account/sign-in"));
        Assert.StartsWith("/account/sign-in/factor", step.Headers.Location?.OriginalString, StringComparison.Ordinal);

        var removed = await RunAsync("factors", "alice@example.com", "--remove");

        Assert.Equal(
            (0, "alice@example.com has no second factor any more: one factor is enough to sign in."),
            (removed.Code, Assert.Single(removed.Lines)));
        Assert.Equal(["all, by command"], await DetailsAsync("factor_removed"));
        Assert.Equal(1, await _server.Database.ScalarAsync<int>(
            "SELECT count(*)::int FROM mail_outbox WHERE kind = 'FactorRemoved'"));
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        // Once more changes nothing and says nothing new.
        await RunAsync("factors", "alice@example.com", "--remove");
        Assert.Single(await DetailsAsync("factor_removed"));
    }

    /// <summary>A provider is a way in while it is configured.</summary>
    [Theory]
    [InlineData(
        null,
        1,
        "carol@example.com keeps the passkeys, the only way to sign in, and has no other second factor any more.")]
    [InlineData(
        "https://other.example",
        1,
        "carol@example.com keeps the passkeys, the only way to sign in, and has no other second factor any more.")]
    [InlineData(
        "https://idp.example", 0, "carol@example.com has no second factor any more: one factor is enough to sign in.")]
    public async Task The_last_way_in_is_not_taken_away(string? configured, int kept, string sentence)
    {
        await _server.Database.ExecuteAsync("DELETE FROM accounts WHERE email = 'carol@example.com'");
        await _server.Database.ExecuteAsync("INSERT INTO accounts (email) VALUES ('carol@example.com')");
        await _server.Database.ExecuteAsync(
            "INSERT INTO account_passkeys (credential_id, account_id, public_key, name, backup_eligible, backed_up) "
                + "SELECT 'k', id, 'p', 'Key', false, false FROM accounts WHERE email = 'carol@example.com'");
        await _server.Database.ExecuteAsync(
            "INSERT INTO account_logins (issuer, subject, account_id) SELECT 'https://idp.example', 's', id "
                + "FROM accounts WHERE email = 'carol@example.com'");
        var commands = CommandLine.On(_server.Database.ConnectionString);
        if (configured is not null)
        {
            foreach (var (key, value) in new[]
            {
                ("Name", "idp"),
                ("DisplayName", "Idp"),
                ("Issuer", configured),
                ("ClientId", "us"),
                ("ClientSecret", "secret"),
            })
            {
                commands.Settings["ExternalProviders:Providers:0:" + key] = value;
            }
        }

        var run = await commands.RunAsync(["accounts", "factors", "carol@example.com", "--remove"], Ct);

        Assert.Equal((0, sentence), (run.Code, Assert.Single(run.Lines)));
        Assert.Equal(
            kept,
            await _server.Database.ScalarAsync<int>(
                "SELECT count(*)::int FROM account_passkeys JOIN accounts ON id = account_id "
                    + "WHERE email = 'carol@example.com'"));
    }

    private async Task<IReadOnlyList<string>> DetailsAsync(string name) =>
        [
            .. (await _server.Database.QueryAsync(
                "SELECT detail FROM oauth_audit_events WHERE event = $1 AND pseudonym = pseudonym_of($2) "
                    + "AND address IS NULL",
                name,
                TestData.AliceId)).Select(row => (string)row["detail"]!),
        ];

    private Task<CommandRun> RunAsync(params string[] args) =>
        CommandLine.On(_server.Database.ConnectionString).RunAsync(["accounts", .. args], Ct);
}
