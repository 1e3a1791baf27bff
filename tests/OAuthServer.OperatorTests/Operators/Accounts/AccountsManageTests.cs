using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Accounts;

/// <summary>Making accounts by command, looking at them, and an operator's hand on them.</summary>
public sealed class AccountsManageTests(AccountsServer shared) : IClassFixture<AccountsServer>
{
    private const string Good = "a quiet harbour 7";

    private readonly TestServer _server = shared.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("carla@example.com", "carla@example.com")]
    [InlineData("m\u00fcller@b\u00fccher.example", "MU\u0308LLER@xn--bcher-kva.example")]
    public async Task Somebody_made_with_a_password_from_a_file_signs_in(string email, string typed)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, Good + "\n", Ct);
        try
        {
            var run = await RunAsync(
                "create", email, "--password-file", file, "--name", "Carla M\u00fcller", "--confirmed", "--json");
            Assert.Equal((0, ""), (run.Code, run.Error));
            Assert.Equal(email, run.Json.GetProperty("email").GetString());
            Assert.Equal(System.Text.Json.JsonValueKind.Null, run.Json.GetProperty("password").ValueKind);
            using var browser = new TestBrowser(_server);
            await browser.SignInAsync(typed, Good);
            var shown = (await RunAsync("show", email, "--json")).Json;
            Assert.Equal((true, "active", "own", 1), (
                shown.GetProperty("account").GetProperty("email_verified").GetBoolean(),
                shown.GetProperty("account").GetProperty("state").GetString(),
                shown.GetProperty("account").GetProperty("password").GetString(),
                shown.GetProperty("sessions").GetInt32()));
            Assert.Equal("Carla M\u00fcller", (await RunAsync("profile", email)).Json.GetProperty("name").GetString());
            Assert.Equal(["account_created by command"], await EventsAsync(email));
            var again = await RunAsync("create", typed, "--password-file", file);
            Assert.Equal((1, $"There is an account "), (again.Code, again.Error[..20]));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_made_up_password_is_shown_once_and_stands_nowhere()
    {
        var run = await RunAsync("create", "dora@example.com", "--generate");
        Assert.Equal(0, run.Code);
        var made = run.Lines[1].Split(": ")[1];
        Assert.StartsWith("dora@example.com has an account (", run.Lines[0], StringComparison.Ordinal);
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync("dora@example.com", made);
        Assert.DoesNotContain(
            made, (await RunAsync("show", "dora@example.com", "--json")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("too short", "needs at least 15 characters")]
    [InlineData("password1234567", "easy to guess")]
    [InlineData("e.v.a@example.com", "easy to guess")]
    [InlineData("as.example.test", "easy to guess")]
    public async Task The_rules_of_new_passwords_hold_for_operators_too(string password, string fault)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, password, Ct);
        var run = await RunAsync("create", "e.v.a@example.com", "--password-file", file);
        File.Delete(file);
        Assert.Equal(1, run.Code);
        Assert.Contains(fault, run.Error, StringComparison.Ordinal);
        Assert.Equal(0L, await _server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM accounts WHERE email = 'e.v.a@example.com'"));
    }

    [Theory]
    [InlineData(2, "Give the password by", "create", "x@example.com")]
    [InlineData(2, "Only one of", "create", "x@example.com", "--generate", "--password-stdin")]
    [InlineData(2, "Only one of", "reset-password", "bob@example.com", "--generate", "--password-stdin")]
    [InlineData(1, "The password cannot be read", "create", "x@example.com", "--password-file", "/nowhere/at-all")]
    [InlineData(1, "accounts_email_is_not_an_address", "create", "nobody", "--generate")]
    [InlineData(1, "There is no account", "show", "nobody@example.com")]
    [InlineData(1, "There is no account", "disable", "nobody@example.com")]
    [InlineData(1, "There is no account", "reset-password", "nobody@example.com")]
    [InlineData(1, "There is an account ALICE@example.com already.", "invite", "ALICE@example.com")]
    [InlineData(2, "--limit must be from 1", "list", "--limit", "0")]
    public async Task What_cannot_be_done_is_said(int code, string fault, params string[] args)
    {
        var run = await RunAsync(args);
        Assert.Equal(code, run.Code);
        Assert.Contains(fault, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_disabled_is_out_at_once_and_comes_back_when_enabled()
    {
        await MakeAsync("frank@example.com");
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync("frank@example.com", Good);
        Assert.Equal(
            "frank@example.com is disabled: every session and all access of apps have ended.",
            Assert.Single((await RunAsync("disable", "frank@example.com")).Lines));
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync("/account/connections")).StatusCode);
        using (var refused = await browser.TypePasswordAsync(
            await browser.GetAsync("/account/sign-in"), "frank@example.com", Good))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        Assert.Equal(
            "frank@example.com was disabled already.",
            Assert.Single((await RunAsync("disable", "frank@example.com")).Lines));
        Assert.Equal(1, (await RunAsync("reset-password", "frank@example.com")).Code);
        Assert.Contains(
            "frank@example.com",
            (await RunAsync("list", "--disabled", "--email", "FRANK@")).Output,
            StringComparison.Ordinal);
        Assert.True((await RunAsync("enable", "frank@example.com", "--json")).Json.GetProperty("changed").GetBoolean());
        Assert.Equal(
            "frank@example.com was enabled already.",
            Assert.Single((await RunAsync("enable", "frank@example.com")).Lines));
        using var again = new TestBrowser(_server);
        await again.SignInAsync("frank@example.com", Good);
        Assert.Equal(
            ["account_created by command", "account_disabled", "account_enabled"],
            await EventsAsync("frank@example.com"));
    }

    [Fact]
    public async Task Who_is_locked_by_guesses_is_unlocked()
    {
        await MakeAsync("gina@example.com");
        await _server.Database.ExecuteAsync(
            "UPDATE accounts SET lockout_end = now() + interval '1 day', access_failed_count = 4 "
                + "WHERE email = 'gina@example.com'");
        Assert.Contains(
            " locked ",
            Assert.Single(
                (await RunAsync("list", "--locked")).Lines,
                line => line.EndsWith("gina@example.com", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Equal(
            "gina@example.com is not locked any more.",
            Assert.Single((await RunAsync("unlock", "gina@example.com")).Lines));
        Assert.Equal(
            "gina@example.com was not locked.", Assert.Single((await RunAsync("unlock", "gina@example.com")).Lines));
        Assert.Equal(0, await _server.Database.ScalarAsync<int>(
            "SELECT access_failed_count FROM accounts WHERE email = 'gina@example.com' AND lockout_end IS NULL"));
    }

    [Fact]
    public async Task A_password_that_an_operator_sets_ends_all_sessions_and_access()
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync(TestData.OtherEmail);
        var run = await RunAsync("reset-password", "bob@example.com", "--generate", "--json");
        var made = run.Json.GetProperty("password").GetString()!;
        Assert.False(run.Json.GetProperty("link_mailed").GetBoolean());
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync("/account/connections")).StatusCode);
        using (var old = await browser.TypePasswordAsync(
            await browser.GetAsync("/account/sign-in"), TestData.OtherEmail, TestData.Password))
        {
            Assert.Equal(HttpStatusCode.BadRequest, old.StatusCode);
        }

        using var again = new TestBrowser(_server);
        await again.SignInAsync(TestData.OtherEmail, made);
        Assert.Equal(["PasswordChanged"], await MailsAsync(TestData.OtherEmail));
    }

    [Fact]
    public async Task An_invitation_and_a_reset_are_mails_in_the_outbox()
    {
        var run = await RunAsync("invite", "hugo@example.com", "--name", "Hugo");
        Assert.Equal(0, run.Code);
        Assert.StartsWith("hugo@example.com is invited (", Assert.Single(run.Lines), StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("invite", "hugo@example.com")).Code);
        Assert.Equal(0, (await RunAsync("reset-password", "hugo@example.com")).Code);
        Assert.Equal(["Invitation", "Invitation", "Invitation"], await MailsAsync("hugo@example.com"));
        Assert.Contains(
            "hugo@example.com",
            (await RunAsync("list", "--without-password", "--unconfirmed")).Output,
            StringComparison.Ordinal);
        Assert.Equal(
            "A link to choose a password is on its way to alice@example.com.",
            Assert.Single((await RunAsync("reset-password", "alice@example.com")).Lines));
        Assert.Equal(["PasswordReset"], await MailsAsync("alice@example.com"));
        Assert.Equal(
            ["account_invited by command", "password_link_sent", "password_link_sent"],
            await EventsAsync("hugo@example.com"));
    }

    [Fact]
    public async Task A_list_ends_at_its_limit_and_says_so()
    {
        var run = await RunAsync("list", "--limit", "1", "--json");
        Assert.Equal(1, run.Json.GetArrayLength());
        Assert.StartsWith("There are more than 1: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(
            "ACCOUNT  STATE  CONFIRMED  PASSWORD  CREATED  ADDRESS",
            Assert.Single((await RunAsync("list", "--email", "nobody-at-all")).Lines));
    }

    private async Task MakeAsync(string email)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, Good, Ct);
        Assert.Equal(0, (await RunAsync("create", email, "--password-file", file)).Code);
        File.Delete(file);
    }

    private Task<CommandRun> RunAsync(params string[] args) =>
        AccountsServer.On(_server).RunAsync(["accounts", .. args], Ct);

    private async Task<IReadOnlyList<string>> EventsAsync(string email) =>
        [
            .. (await _server.Database.QueryAsync(
                "SELECT event || coalesce(' ' || detail, '') AS text FROM oauth_audit_events "
                    + "WHERE (event LIKE 'account%' OR event LIKE 'password%') AND pseudonym = (SELECT pseudonym FROM "
                    + "accounts WHERE email = $1) ORDER BY id",
                email)).Select(row => (string)row["text"]!),
        ];

    private async Task<IReadOnlyList<string>> MailsAsync(string email) =>
        [
            .. (await _server.Database.QueryAsync(
                "SELECT kind FROM mail_outbox WHERE account_id = (SELECT id FROM accounts WHERE email = $1) "
                    + "ORDER BY made_at",
                email)).Select(row => (string)row["kind"]!),
        ];
}
