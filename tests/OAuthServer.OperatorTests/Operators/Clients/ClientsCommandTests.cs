using System.Text.Json;
using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Clients;

/// <summary>What an operator sees of <c>OAuthServer clients</c>, and what it changes.</summary>
public sealed class ClientsCommandTests : IAsyncLifetime
{
    private const string Id = TestData.Web;

    private TestDatabase _database = null!;
    private ClientsRunner _clients = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestData.CreateDatabaseAsync(fullHashCost: true);
        _clients = new ClientsRunner(_database);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task List_has_a_line_for_each_client_and_no_hash()
    {
        await SetAsync(TestData.Spa, "disabled_at = now()");
        await SetAsync(TestData.OtherWeb, "client_secret_expires_at = '2000-01-01'");

        var words = await _clients.RunAsync("list");
        var json = await _clients.RunAsync("list", "--json");

        Assert.Equal((0, 0), (words.Code, json.Code));
        Assert.Equal(await _database.ScalarAsync<long>("SELECT count(*) + 1 FROM oauth_clients"), words.Lines.Count);
        Assert.Matches("^demo-web +web +enabled +1 +- +", Line(TestData.Web));
        Assert.Matches("^demo-spa +browser +disabled +- +- +", Line(TestData.Spa));
        Assert.Matches("^other-web +web +enabled +none live +- +", Line(TestData.OtherWeb));
        var ids = json.Json.EnumerateArray().Select(client => Text(client, "client_id")).ToList();
        Assert.Equal(words.Lines.Count - 1, ids.Count);
        Assert.All(
            ids.Zip(words.Lines.Skip(1)),
            pair => Assert.StartsWith(pair.First + " ", pair.Second, StringComparison.Ordinal));
        Assert.DoesNotContain("$2", words.Output + json.Output, StringComparison.Ordinal);

        string Line(string id) =>
            Assert.Single(words.Lines, line => line.StartsWith(id + " ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_cannot_steer_the_terminal_or_break_the_table()
    {
        await SetAsync(Id, "name = E'\\u009b31mred\\u0600' || repeat('x', 80)");

        var listed = await _clients.RunAsync("list");
        var shown = await _clients.RunAsync("show", Id);

        var line = Assert.Single(listed.Lines, line => line.StartsWith(Id, StringComparison.Ordinal));
        Assert.EndsWith("?31mred?" + new string('x', 31) + "…", line, StringComparison.Ordinal);
        Assert.DoesNotContain(
            shown.Output.Replace(Environment.NewLine, "", StringComparison.Ordinal),
            character => char.IsControl(character) || character == '\u0600');
    }

    [Fact]
    public async Task Show_says_everything_of_a_client_but_its_hash()
    {
        await _database.ExecuteAsync(
            """
            UPDATE oauth_clients SET next_client_secret = $2, next_client_secret_expires_at = '2000-01-01',
                imported_tokens_until = '2030-01-01'
            WHERE client_id = $1
            """,
            Id,
            TestData.FullSecretHash);

        var words = await _clients.RunAsync("show", Id);
        var json = (await _clients.RunAsync("show", Id, "--json")).Json;

        Assert.Matches($"^redirect_uri +{TestData.WebRedirectUri}$", Line("redirect_uri "));
        Assert.Matches("^client_secret +live, no end, cost 10, last used -$", Line("client_secret "));
        Assert.Matches(
            "^next_client_secret +ended, until 2000-01-01T00:00:00Z, cost 10, last used -$",
            Line("next_client_secret "));
        Assert.EndsWith(" 2030-01-01T00:00:00Z", Line("imported_tokens_until "), StringComparison.Ordinal);
        Assert.Equal(2030, json.GetProperty("imported_tokens_until").GetDateTimeOffset().Year);
        var secrets = json.GetProperty("secrets").EnumerateArray();
        Assert.Equal([true, false], secrets.Select(secret => secret.GetProperty("live").GetBoolean()));
        Assert.DoesNotContain("$2", words.Output + json.GetRawText(), StringComparison.Ordinal);

        string Line(string name) =>
            Assert.Single(words.Lines, line => line.StartsWith(name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_is_not_there_is_1_and_its_name_is_safe()
    {
        foreach (var name in (string[])["show", "disable", "enable", "rotate-secret"])
        {
            var run = await _clients.RunAsync(name, "no\u001bbody");

            Assert.Equal((1, ""), (run.Code, run.Output));
            Assert.Equal("There is no client \"no?body\".", run.Error.Trim());
        }
    }

    [Fact]
    public async Task Lint_is_0_with_warnings_and_1_with_an_error_or_when_strict()
    {
        await _database.ExecuteAsync("DELETE FROM oauth_clients WHERE client_id <> $1", Id);
        var own = BCrypt.Net.BCrypt.HashPassword("a secret of its own", 10);
        await _database.ExecuteAsync("UPDATE oauth_clients SET client_secret = $1", own);
        var sound = await _clients.RunAsync("lint", "--strict");
        Assert.Equal((0, "0 errors, 0 warnings."), (sound.Code, sound.Output.Trim()));

        await _database.ExecuteAsync("UPDATE oauth_clients SET client_secret_expires_at = now() + interval '3 days'");
        Assert.Equal(0, (await _clients.RunAsync("lint")).Code);
        Assert.Equal(1, (await _clients.RunAsync("lint", "--strict")).Code);

        await _database.ExecuteAsync("UPDATE oauth_clients SET grant_types = '{refresh_token}'");
        var run = await _clients.RunAsync("lint", "--json");
        Assert.Equal(1, run.Code);
        Assert.Equal(
            ["no_way_to_a_first_token error", "secret_ends_soon warning"],
            run.Json.EnumerateArray().Select(finding => $"{Text(finding, "rule")} {Text(finding, "severity")}"));
        var words = await _clients.RunAsync("lint");
        Assert.Equal("1 error, 1 warning.", words.Lines[^1]);
        Assert.StartsWith($"error  {Id}  no_way_to_a_first_token: ", words.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabling_and_enabling_change_a_row_once_and_are_on_record()
    {
        (string Name, string Said)[] steps =
        [
            ("disable", "demo-web is disabled. Access tokens that are out stay good until they end."),
            ("disable", "demo-web was disabled already."),
            ("enable", "demo-web is enabled."),
            ("enable", "demo-web was enabled already."),
        ];
        foreach (var (name, said) in steps) Assert.Equal(said, (await _clients.RunAsync(name, Id)).Output.Trim());
        await SwitchesAsync("enable", changed: false, disabled: false);
        await SwitchesAsync("disable", changed: true, disabled: true);
        await SwitchesAsync("disable", changed: false, disabled: true);
        await SwitchesAsync("enable", changed: true, disabled: false);

        Assert.Equal(["client_disabled", "client_enabled", "client_disabled", "client_enabled"], await EventsAsync());
        Assert.Null((await RowAsync())["disabled_at"]);
    }

    [Theory]
    [InlineData(2, null, "ConnectionStrings__OAuthServer")]
    [InlineData(2, "Password=demo-password;Nonsense=1", "has an unknown part behind a password")]
    [InlineData(3, "Host=127.0.0.1;Port=1;Username=u;Password=demo-password;Timeout=2", "127.0.0.1:1")]
    public async Task Without_a_usable_database_every_subcommand_says_why(
        int code, string? connectionString, string expected)
    {
        var clients = new ClientsRunner(connectionString);
        CommandRun[] runs =
        [
            await clients.RunAsync("list"),
            await clients.RunAsync("show", Id),
            await clients.RunAsync("lint"),
            await clients.RunAsync("rotate-secret", Id),
            await clients.RunAsync("disable", Id),
            await clients.RunFileAsync("plan", """{ "clients": [] }"""),
            await clients.RunFileAsync("apply", """{ "clients": [] }"""),
        ];

        Assert.All(runs, run => Assert.Equal((code, ""), (run.Code, run.Output)));
        Assert.All(runs, run => Assert.Contains(expected, run.Error, StringComparison.Ordinal));
        Assert.All(runs, run => Assert.DoesNotContain("demo-password", run.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_role_that_may_not_write_is_told_so_and_nothing_is_changed()
    {
        var connectionString = new NpgsqlConnectionStringBuilder(_database.ConnectionString)
        {
            Options = "-c default_transaction_read_only=on",
        }.ConnectionString;

        var run = await new ClientsRunner(connectionString).RunAsync("disable", Id);

        Assert.Equal((3, ""), (run.Code, run.Output));
        Assert.Contains(" cannot be used: 25006: ", run.Error, StringComparison.Ordinal);
        Assert.Null((await RowAsync())["disabled_at"]);
    }

    private Task<int> SetAsync(string clientId, string assignment) =>
        _database.ExecuteAsync($"UPDATE oauth_clients SET {assignment} WHERE client_id = $1", clientId);

    private async Task SwitchesAsync(string name, bool changed, bool disabled)
    {
        var told = (await _clients.RunAsync(name, Id, "--json")).Json;

        Assert.Equal((Id, changed), (Text(told, "client_id"), told.GetProperty("changed").GetBoolean()));
        Assert.Equal(disabled, told.GetProperty("disabled_at").ValueKind == JsonValueKind.String);
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private async Task<IReadOnlyDictionary<string, object?>> RowAsync() =>
        Assert.Single(await _database.QueryAsync("SELECT * FROM oauth_clients WHERE client_id = $1", Id));

    private async Task<IEnumerable<string>> EventsAsync()
    {
        const string sql = "SELECT event FROM oauth_audit_events WHERE client_id = $1 ORDER BY id";
        return (await _database.QueryAsync(sql, Id)).Select(row => (string)row["event"]!);
    }
}
