using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Import;

/// <summary>
/// What of a real OpenIddict server comes along, what is said of the rest, and that people stay signed in.
/// </summary>
public sealed class OpenIddictImportTests(OpenIddictSource source) : IClassFixture<OpenIddictSource>, IAsyncLifetime
{
    private const string Client = "bench";

    private TestDatabase _database = null!;
    private TestServer? _server;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        // The source is the class's, and each test finds the tokens of its own alone.
        await source.Database.ExecuteAsync("""DELETE FROM "OpenIddictTokens" """);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_dry_run_writes_nothing_and_the_import_does_what_it_said_once()
    {
        var plan = await RunAsync();
        Assert.Equal((4, ""), (plan.Code, plan.Error));
        Assert.Equal("Nothing was written. --apply does it.", plan.Lines[^1]);
        Assert.Equal(
            0L,
            await CountAsync("oauth_clients") + await CountAsync("accounts") + await CountAsync("oauth_resources")
                + await CountAsync("oauth_audit_events"));

        var run = await RunAsync("--apply");
        Assert.Equal((1, ""), (run.Code, run.Error));
        Assert.Equal(Essence(plan), Essence(run));
        Assert.Equal(
            [
                "+ api https://api.example: meant by requests that name none",
                "+ client bench: web, authorization_code refresh_token",
                "people are asked for consent, where they were not (implicit)",
                "it need not send PKCE, as before; clients lint reports that as pkce_waived",
                "it gets a new secret: the old one is hidden there, or a hash that does not fit here",
                "+ client spa: browser, authorization_code",
                "the grant implicit is not served here",
                "redirect_uris loses http://spa.example/cb: "
                    + "redirect_uri_is_https_loopback_http_or_reverse_domain_scheme",
                "the scope roles is of no API here",
                "~ server subjects (1): their ids are no UUIDs, so apps and APIs know these people by another sub from "
                    + "now on",
                "~ server refresh tokens: they are left, and people sign in once more; --refresh-tokens-until takes "
                    + "along those that can be had",
                "- client old-desktop is left: none of its grants is served here (password)",
                "- client 3f0c8a52-3c55-7c41-9f0e-2d1f6a1b9c77 is left: client_id_is_not_a_uuid",
            ],
            run.Lines.Take(13));
        Assert.Contains(
            run.Lines,
            line => line.StartsWith("- account ", StringComparison.Ordinal)
                && line.EndsWith("it has no address to sign in with", StringComparison.Ordinal));
        Assert.Contains("- server scope roles is left: it names no resource: here a scope is one of an API", run.Lines);
        Assert.Contains("- server roles (1) is left: this server has none", run.Lines);
        Assert.Contains("- server claims (1) is left: they are no claims of OpenID Connect", run.Lines);
        Assert.Contains("client: 2 made, 0 there already, 2 left", run.Lines);
        Assert.Contains("account: 2 made, 0 there already, 1 left", run.Lines);
        Assert.Equal(
            5L,
            await CountAsync(
                "oauth_audit_events WHERE detail LIKE '%by import' AND event IN ('client_created', 'account_created', "
                    + "'resource_created')"));

        var before = await VersionsAsync();
        var again = await RunAsync("--apply");
        Assert.Equal(1, again.Code);
        Assert.Contains("client: 0 made, 2 there already, 2 left", again.Lines);
        Assert.Contains("account: 0 made, 2 there already, 1 left", again.Lines);
        Assert.DoesNotContain(
            again.Lines, line => line.StartsWith('+') || line.Contains("client_secret", StringComparison.Ordinal));
        Assert.Equal(before, await VersionsAsync());
    }

    [Fact]
    public async Task Refresh_tokens_are_exchanged_once_and_nobody_signs_in_anew()
    {
        var old = await source.RefreshTokenAsync();
        var until = DateTime.UtcNow.AddDays(20)
            .ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var run = await RunAsync("--apply", "--json", "--refresh-tokens-until", until);
        Assert.True(
            run.Json.GetProperty("counts").GetProperty("refresh_token").GetProperty("made").GetInt32() == 1,
            run.Output);
        var secret = run.Json.GetProperty("secrets").GetProperty(Client).GetString();
        Assert.Equal(0L, await _database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_refresh_tokens WHERE token = convert_to($1, 'UTF8')", old));

        Assert.Equal("invalid_client", (await RefreshAsync(old, "bench-secret-bench-secret-bench-01")).Error);
        var fresh = await RefreshAsync(old, secret);
        Assert.Equal(HttpStatusCode.OK, fresh.Status);
        Assert.Equal("read offline_access", fresh.Scope);
        var jwt = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(fresh.AccessToken);
        Assert.Equal((OpenIddictSource.PersonId, "https://api.example"), (jwt.Subject, jwt.Audiences.Single()));

        // A lost answer is repeated; a second import and a second use bring nothing back.
        Assert.Equal(fresh.RefreshToken, (await RefreshAsync(old, secret)).RefreshToken);
        var again = await RunAsync("--apply", "--json", "--refresh-tokens-until", until);
        Assert.Equal(
            1, again.Json.GetProperty("counts").GetProperty("refresh_token").GetProperty("already_there").GetInt32());
        var next = await RefreshAsync(fresh.RefreshToken, secret);
        Assert.Equal(HttpStatusCode.OK, next.Status);
        Assert.Equal("invalid_grant", (await RefreshAsync(old, secret)).Error);
        Assert.Equal("invalid_grant", (await RefreshAsync(next.RefreshToken, secret)).Error);
    }

    [Fact]
    public async Task An_imported_token_is_revoked_by_the_app_and_ends_on_its_day()
    {
        string[] old = [await source.RefreshTokenAsync(), await source.RefreshTokenAsync()];
        var until = DateTime.UtcNow.AddDays(5)
            .ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var run = await RunAsync("--apply", "--json", "--refresh-tokens-until", until);
        var secret = run.Json.GetProperty("secrets").GetProperty(Client).GetString();
        await (await ServeAsync())
            .PostFormAsync("/oauth/revoke", ("token", old[0]), ("client_id", Client), ("client_secret", secret));
        Assert.Equal("invalid_grant", (await RefreshAsync(old[0], secret)).Error);
        // The other server would have taken it for a fortnight.
        await _database.AgeAsync(TimeSpan.FromDays(6));
        Assert.Equal("invalid_grant", (await RefreshAsync(old[1], secret)).Error);
    }

    [Fact]
    public async Task The_old_password_signs_in()
    {
        await RunAsync("--apply");
        using var browser = new TestBrowser(await ServeAsync());
        await browser.SignInAsync("grace@example.com", OpenIddictSource.Password);
        Assert.Equal("Grace", await _database.ScalarAsync<string>("SELECT given_name FROM account_profiles"));
    }

    [Fact]
    public async Task What_the_other_server_encrypts_is_left_with_its_reason()
    {
        source.HandsOutReferences = false;
        await source.RefreshTokenAsync();
        source.HandsOutReferences = true;
        var run = await RunAsync(
            "--refresh-tokens-until",
            DateTime.UtcNow.AddDays(20).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(run.Lines.Contains("refresh_token: 0 to make, 0 there already, 1 left"), run.Output);
        Assert.Contains(
            run.Lines,
            line => line.StartsWith(
                "- refresh_token of bench (1) is left: it is encrypted by the other server", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Faults_of_the_command_line_are_said_and_a_source_that_is_away_is_an_outage()
    {
        Assert.Equal(2, (await RunAsync("--apply", "--dry-run")).Code);
        Assert.Equal(2, (await RunAsync("--api", "api1")).Code);
        Assert.Equal(2, (await RunAsync("--refresh-tokens-until", "2020-01-01")).Code);
        Assert.Equal(2, (await RunAsync("--refresh-tokens-until", "soon")).Code);
        var command = Commands();
        Assert.Equal(2, (await command.RunAsync(["import", "openiddict"], Ct)).Code);
        Assert.Equal(2, (await command.RunAsync(["import", "openiddict", "--connection", "Hst=x"], Ct)).Code);
        var away = await command.RunAsync(
            ["import", "openiddict", "--connection", "Host=127.0.0.1;Port=1;Username=x;Password=hidden-word"], Ct);
        Assert.Equal(3, away.Code);
        Assert.DoesNotContain("hidden-word", away.Error, StringComparison.Ordinal);
        var other = await command.RunAsync(
            ["import", "identityserver4", "--connection", source.Database.ConnectionString], Ct);
        Assert.Equal(1, other.Code);
        Assert.StartsWith("There are no tables Clients", other.Error, StringComparison.Ordinal);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static IEnumerable<string> Essence(CommandRun run) => run.Lines
        .Where(line => line[0] is '+' or '-' or '~').Order(StringComparer.Ordinal);

    private async Task<TestServer> ServeAsync() =>
        _server ??= await TestServer.StartAsync(new() { Database = _database });

    private CommandLine Commands() => ImportedServer.On(_database);

    private Task<CommandRun> RunAsync(params string[] options) =>
        Commands().RunAsync(["import", "openiddict", "--connection", source.Database.ConnectionString, .. options], Ct);

    private async Task<Reply> RefreshAsync(string? token, string? secret) => await (await ServeAsync()).PostFormAsync(
        "/oauth/token",
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", Client),
        ("client_secret", secret));

    private Task<long> CountAsync(string rows) => _database.ScalarAsync<long>($"SELECT count(*) FROM {rows}");

    private async Task<string?> VersionsAsync() => await _database.ScalarAsync<string>(
        """
        SELECT string_agg(version, ' ' ORDER BY version) FROM (
            SELECT 'c' || xmin || client_id AS version FROM oauth_clients
            UNION ALL SELECT 'a' || xmin || id FROM accounts UNION ALL SELECT 'r' || xmin || id FROM oauth_resources
            UNION ALL SELECT 'e' || count(*) FROM oauth_audit_events) AS all_rows
        """);
}
