using System.Text.Json;
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
        _database = await TestData.CreateDatabaseAsync();
        _clients = new ClientsRunner(_database);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task List_has_a_line_for_each_client_and_no_hash()
    {
        await _database.ExecuteAsync("UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1", TestData.Spa);
        await _database.ExecuteAsync("UPDATE oauth_clients SET client_secret_expires_at = '2000-01-01' WHERE client_id = $1", TestData.OtherWeb);

        var words = await _clients.RunAsync("list");
        var json = await _clients.RunAsync("list", "--json");

        Assert.Equal((0, 0), (words.Code, json.Code));
        Assert.Equal(await _database.ScalarAsync<long>("SELECT count(*) + 1 FROM oauth_clients"), words.Lines.Count);
        Assert.Matches("^demo-web +web +enabled +1 +- +", Line(TestData.Web));
        Assert.Matches("^demo-spa +browser +disabled +- +- +", Line(TestData.Spa));
        Assert.Matches("^other-web +web +enabled +none live +- +", Line(TestData.OtherWeb));
        Assert.All(words.Lines.Skip(1).Zip(json.Json.EnumerateArray()), pair => Assert.StartsWith(pair.Second.GetProperty("client_id").GetString() + " ", pair.First, StringComparison.Ordinal));
        Assert.Equal(words.Lines.Count - 1, json.Json.GetArrayLength());
        Assert.DoesNotContain("$2", words.Output + json.Output, StringComparison.Ordinal);

        string Line(string id) => Assert.Single(words.Lines, line => line.StartsWith(id + " ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_cannot_steer_the_terminal_or_break_the_table()
    {
        await _database.ExecuteAsync("UPDATE oauth_clients SET name = E'\\u009b31mred\\u202e' || repeat('x', 80) WHERE client_id = $1", Id);

        var line = Assert.Single((await _clients.RunAsync("list")).Lines, line => line.StartsWith(Id, StringComparison.Ordinal));
        var shown = await _clients.RunAsync("show", Id);

        Assert.EndsWith("?31mred?" + new string('x', 31) + "…", line, StringComparison.Ordinal);
        Assert.DoesNotContain(shown.Output.Replace(Environment.NewLine, "", StringComparison.Ordinal), character => char.IsControl(character) || character == '\u202e');
    }

    [Fact]
    public async Task Show_says_everything_of_a_client_but_its_hash()
    {
        await _database.ExecuteAsync("UPDATE oauth_clients SET next_client_secret = $2, next_client_secret_expires_at = '2000-01-01' WHERE client_id = $1", Id, TestData.SecretHash);

        var words = await _clients.RunAsync("show", Id);
        var json = (await _clients.RunAsync("show", Id, "--json")).Json;

        Assert.Contains(words.Lines, line => line.StartsWith("redirect_uri ", StringComparison.Ordinal) && line.EndsWith(TestData.WebRedirectUri, StringComparison.Ordinal));
        Assert.Contains(words.Lines, line => line.StartsWith("client_secret ", StringComparison.Ordinal) && line.EndsWith("live, no end, cost 10, last used -", StringComparison.Ordinal));
        Assert.Contains(words.Lines, line => line.StartsWith("next_client_secret ", StringComparison.Ordinal) && line.EndsWith("ended, until 2000-01-01T00:00:00Z, cost 10, last used -", StringComparison.Ordinal));
        Assert.Equal([true, false], json.GetProperty("secrets").EnumerateArray().Select(secret => secret.GetProperty("live").GetBoolean()));
        Assert.DoesNotContain("$2", words.Output + json.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(1, (await _clients.RunAsync("show", "no\u001bbody")).Code);
        Assert.Contains("There is no client no?body.", (await _clients.RunAsync("show", "no\u001bbody")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lint_is_0_with_warnings_and_1_with_an_error_or_when_strict()
    {
        await _database.ExecuteAsync("DELETE FROM oauth_clients WHERE client_id <> $1", Id);
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
            run.Json.EnumerateArray().Select(finding => $"{finding.GetProperty("rule").GetString()} {finding.GetProperty("severity").GetString()}"));
    }

    [Fact]
    public async Task A_secret_and_its_hash_are_told_to_programs()
    {
        var made = (await _clients.RunAsync("hash-secret", "--json")).Json;
        Assert.True(BCrypt.Net.BCrypt.Verify(made.GetProperty("client_secret").GetString(), made.GetProperty("hash").GetString()));
    }

    [Fact]
    public async Task A_rotated_secret_is_shown_once_and_the_old_one_stays_for_a_week()
    {
        var run = await _clients.RunAsync("rotate-secret", Id);

        Assert.Equal(0, run.Code);
        var row = await RowAsync();
        Assert.True(BCrypt.Net.BCrypt.Verify(run.Lines[0].Split(": ")[^1], (string)row["client_secret"]!));
        Assert.True(BCrypt.Net.BCrypt.Verify(TestData.Secret, (string)row["next_client_secret"]!));
        Assert.Null(row["client_secret_expires_at"]);
        Assert.True(await _database.ScalarAsync<bool>("SELECT next_client_secret_expires_at BETWEEN now() + interval '6 days 23 hours' AND now() + interval '7 days' FROM oauth_clients WHERE client_id = $1", Id));
        Assert.Equal(["client_secret_rotated"], await EventsAsync());
    }

    [Fact]
    public async Task A_third_live_secret_is_refused_unless_forced_and_then_the_oldest_ends()
    {
        var second = (await _clients.RunAsync("rotate-secret", Id, "--json")).Json.GetProperty("client_secret").GetString()!;

        var refused = await _clients.RunAsync("rotate-secret", Id);
        Assert.Equal((1, ""), (refused.Code, refused.Output));
        Assert.Contains("two live secrets", refused.Error, StringComparison.Ordinal);
        Assert.True(BCrypt.Net.BCrypt.Verify(second, (string)(await RowAsync())["client_secret"]!));

        var third = (await _clients.RunAsync("rotate-secret", Id, "--force", "--json", "--keep-old", "1h")).Json.GetProperty("client_secret").GetString()!;
        var row = await RowAsync();
        Assert.True(BCrypt.Net.BCrypt.Verify(third, (string)row["client_secret"]!));
        Assert.True(BCrypt.Net.BCrypt.Verify(second, (string)row["next_client_secret"]!));

        Assert.Equal(0, (await _clients.RunAsync("rotate-secret", Id, "--force", "--keep-old", "0")).Code);
        Assert.Null((await RowAsync())["next_client_secret"]);
    }

    [Fact]
    public async Task A_public_or_unknown_client_has_no_secret_to_rotate()
    {
        foreach (var (id, expected) in new[] { (TestData.Spa, "is public"), ("nobody", "There is no client") })
        {
            var run = await _clients.RunAsync("rotate-secret", id);
            Assert.Equal((1, ""), (run.Code, run.Output));
            Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        }

        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events"));
    }

    [Fact]
    public async Task Disabling_and_enabling_change_a_row_once_and_are_on_record()
    {
        foreach (var name in (string[])["disable", "disable", "enable", "enable"]) Assert.Equal(0, (await _clients.RunAsync(name, Id)).Code);
        Assert.Equal(1, (await _clients.RunAsync("disable", "nobody")).Code);
        foreach (var (name, changed, disabled) in ((string, bool, bool)[])[("enable", false, false), ("disable", true, true), ("disable", false, true), ("enable", true, false)])
        {
            var told = (await _clients.RunAsync(name, Id, "--json")).Json;
            Assert.Equal((Id, changed, disabled), (told.GetProperty("client_id").GetString(), told.GetProperty("changed").GetBoolean(), told.GetProperty("disabled_at").ValueKind == JsonValueKind.String));
        }

        Assert.Equal(["client_disabled", "client_enabled", "client_disabled", "client_enabled"], await EventsAsync());
        Assert.Null((await RowAsync())["disabled_at"]);
    }

    [Theory]
    [InlineData(null, "ConnectionStrings__OAuthServer")]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=demo-password;Timeout=2", "127.0.0.1:1")]
    [InlineData("Password=demo-password;Nonsense=1", "cannot be read")]
    public async Task Without_a_usable_database_it_is_2_or_1_for_plan_and_apply(string? connectionString, string expected)
    {
        var clients = new ClientsRunner(connectionString);
        CommandRun[] twos = [await clients.RunAsync("list"), await clients.RunAsync("show", Id), await clients.RunAsync("lint"), await clients.RunAsync("rotate-secret", Id), await clients.RunAsync("disable", Id)];
        CommandRun[] ones = [await clients.RunFileAsync("plan", """{ "clients": [] }"""), await clients.RunFileAsync("apply", """{ "clients": [] }""")];

        Assert.All(twos, run => Assert.Equal(2, run.Code));
        Assert.All(ones, run => Assert.Equal(1, run.Code));
        Assert.All([.. twos, .. ones], run => Assert.Contains(expected, run.Error, StringComparison.Ordinal));
        Assert.All([.. twos, .. ones], run => Assert.DoesNotContain("demo-password", run.Error + run.Output, StringComparison.Ordinal));
    }

    private async Task<IReadOnlyDictionary<string, object?>> RowAsync() => Assert.Single(await _database.QueryAsync("SELECT * FROM oauth_clients WHERE client_id = $1", Id));

    private async Task<IEnumerable<string>> EventsAsync() =>
        (await _database.QueryAsync("SELECT event FROM oauth_audit_events WHERE client_id = $1 ORDER BY id", Id)).Select(row => (string)row["event"]!);
}
