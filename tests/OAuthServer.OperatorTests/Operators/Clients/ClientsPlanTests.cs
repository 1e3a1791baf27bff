using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Clients;

/// <summary><c>clients plan</c> and <c>clients apply</c>: clients as data, for pipelines.</summary>
public sealed class ClientsPlanTests : IAsyncLifetime
{
    private const string Nothing = "0 rows.";

    private TestDatabase _database = null!;
    private ClientsRunner _clients = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _clients = new ClientsRunner(_database) { Variables = { ["ACME_WEB_SECRET"] = "the-first-secret-of-acme" } };
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task The_example_file_is_planned_applied_once_and_then_changes_nothing()
    {
        var example = await File.ReadAllTextAsync(ExampleFile(), TestContext.Current.CancellationToken);

        var planned = await _clients.RunFileAsync("plan", example);
        Assert.Equal((2, ""), (planned.Code, planned.Error));
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM oauth_clients"));
        var applied = await _clients.RunFileAsync("apply", example);
        Assert.Equal((0, ""), (applied.Code, applied.Error));
        Assert.Equal(["+ acme-cli", "+ acme-reports", "+ acme-spa", "+ acme-web"], applied.Lines.Where(line => line[0] == '+'));
        Assert.EndsWith("Changed: 4 rows.", applied.Output.Trim(), StringComparison.Ordinal);
        Assert.Equal(planned.Lines.SkipLast(1), applied.Lines.SkipLast(1));
        var versions = await VersionsAsync();

        var again = await _clients.RunFileAsync("apply", example);

        Assert.Equal((0, $"Changed: {Nothing}"), (again.Code, again.Output.Trim()));
        Assert.Equal(0, (await _clients.RunFileAsync("plan", example)).Code);
        Assert.Equal(versions, await VersionsAsync());
        Assert.Equal(4, await _database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events WHERE event = 'client_created'"));
        Assert.True(BCrypt.Net.BCrypt.Verify("the-first-secret-of-acme", await SecretAsync("client_secret")));
        Assert.DoesNotContain("the-first-secret-of-acme", planned.Output + applied.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_is_shown_member_by_member_and_the_order_of_lists_is_none()
    {
        await ApplyAsync(Acme());

        var same = await _clients.RunFileAsync("plan", Acme(uris: """["https://b.example/cb", "https://a.example/cb"]"""));
        var other = await _clients.RunFileAsync("plan", Acme(name: "Acme & Söhne", uris: """["https://a.example/cb"]"""));
        var json = await _clients.RunFileAsync("plan", Acme(name: "Acme & Söhne"), "--json");

        Assert.Equal((0, $"To change: {Nothing}"), (same.Code, same.Output.Trim()));
        Assert.Equal(2, other.Code);
        Assert.Equal(
            ["~ acme", "name: \"Acme\" -> \"Acme & Söhne\"", "redirect_uris: [\"https://a.example/cb\",\"https://b.example/cb\"] -> [\"https://a.example/cb\"]", "To change: 1 row."], other.Lines);
        Assert.Equal(2, json.Code);
        var change = Assert.Single(json.Json.GetProperty("changes").EnumerateArray());
        Assert.Equal(("acme", "change"), (change.GetProperty("client_id").GetString(), change.GetProperty("action").GetString()));
        await ApplyAsync(Acme(name: "Acme & Söhne"));
        Assert.Equal("Acme & Söhne", await _database.ScalarAsync<string>("SELECT name FROM oauth_clients"));
        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events WHERE event = 'client_changed' AND client_id = 'acme'"));
    }

    [Fact]
    public async Task A_new_secret_replaces_the_old_one_which_stays_for_a_while()
    {
        await ApplyAsync(Acme());
        _clients.Variables["ACME_WEB_SECRET"] = "the-second-secret-of-acme";

        Assert.Equal(2, (await _clients.RunFileAsync("plan", Acme())).Code);
        await ApplyAsync(Acme(), "--keep-old", "1h");

        Assert.True(BCrypt.Net.BCrypt.Verify("the-second-secret-of-acme", await SecretAsync("client_secret")));
        Assert.True(BCrypt.Net.BCrypt.Verify("the-first-secret-of-acme", await SecretAsync("next_client_secret")));
        Assert.True(await _database.ScalarAsync<bool>("SELECT next_client_secret_expires_at BETWEEN now() + interval '59 minutes' AND now() + interval '1 hour' FROM oauth_clients"));
        Assert.Equal(0, (await _clients.RunFileAsync("plan", Acme())).Code);

        _clients.Variables["ACME_WEB_SECRET"] = "the-third-secret-of-acme!";
        var refused = await _clients.RunFileAsync("apply", Acme());
        Assert.Equal(1, refused.Code);
        Assert.Contains("clients[0].secret is new, and acme has two live secrets already", refused.Error, StringComparison.Ordinal);
        await ApplyAsync(Acme(), "--force");
        Assert.True(BCrypt.Net.BCrypt.Verify("the-second-secret-of-acme", await SecretAsync("next_client_secret")));
    }

    [Fact]
    public async Task A_file_that_is_older_than_a_rotation_by_hand_does_not_turn_it_back()
    {
        await ApplyAsync(Acme());
        await _clients.RunAsync("rotate-secret", "acme");
        var rotated = await SecretAsync("client_secret");

        var early = await _clients.RunFileAsync("apply", Acme());
        Assert.Equal(0, early.Code);
        Assert.Contains(early.Lines, line => line.StartsWith("! acme: the secret of the file ends on ", StringComparison.Ordinal));
        await _database.ExecuteAsync("UPDATE oauth_clients SET next_client_secret_expires_at = now() - interval '1 minute'");
        var late = await _clients.RunFileAsync("apply", Acme());
        Assert.Equal(1, late.Code);
        Assert.Contains("clients[0].secret has ended", late.Error, StringComparison.Ordinal);
        Assert.Equal(rotated, await SecretAsync("client_secret"));
    }

    [Fact]
    public async Task Clients_that_are_not_in_the_file_are_drift_and_pruning_disables_them()
    {
        await ApplyAsync(Acme());
        await _database.ExecuteAsync("INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes) VALUES ('stray', 'Stray', 'browser', '{https://stray.example/cb}', '{read}')");

        var planned = await _clients.RunFileAsync("plan", Acme());
        Assert.Equal(0, planned.Code);
        Assert.Equal("! stray is not in the file (--prune disables it)", planned.Lines[0]);
        Assert.Equal(2, (await _clients.RunFileAsync("plan", Acme(), "--prune")).Code);
        var pruned = await _clients.RunFileAsync("apply", Acme(), "--prune");

        Assert.Equal((0, "- stray"), (pruned.Code, pruned.Lines[0]));
        Assert.True(await _database.ScalarAsync<bool>("SELECT disabled_at IS NOT NULL FROM oauth_clients WHERE client_id = 'stray'"));
        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events WHERE event = 'client_disabled' AND client_id = 'stray'"));
        Assert.Equal(0, (await _clients.RunFileAsync("plan", Acme(), "--prune")).Code);
    }

    [Fact]
    public async Task An_emergency_stop_outlives_a_file_that_says_nothing_of_it()
    {
        await ApplyAsync(Acme());
        await _clients.RunAsync("disable", "acme");

        var silent = await _clients.RunFileAsync("apply", Acme());
        Assert.Contains(silent.Lines, line => line.StartsWith("! acme is disabled", StringComparison.Ordinal));
        Assert.True(await _database.ScalarAsync<bool>("SELECT disabled_at IS NOT NULL FROM oauth_clients"));
        await ApplyAsync(Acme(more: """, "disabled": false"""));
        Assert.True(await _database.ScalarAsync<bool>("SELECT disabled_at IS NULL FROM oauth_clients"));
    }

    [Fact]
    public async Task Every_fault_of_the_file_and_of_the_schema_is_listed_at_once_and_nothing_is_changed()
    {
        const string file = """
            { "clients": [
                { "client_id": "good", "name": "Good", "application_type": "browser", "redirect_uris": ["https://good.example/cb"], "allowed_scopes": ["read"] },
                { "client_id": "bad", "name": "Bad", "application_type": "browser", "redirect_uris": ["javascript:alert(1)#x"], "allowed_scopes": [], "default_scopes": ["admin"], "require_pkce": false },
                { "client_id": "lost", "name": "Lost", "redirect_uris": ["https://lost.example/cb"], "allowed_scopes": ["read"] },
                { "client_id": "typo", "name": "Typo", "redirect_uri": ["https://typo.example/cb"], "allowed_scopes": ["read"] }
            ] }
            """;

        var planned = await _clients.RunFileAsync("plan", file);
        var applied = await _clients.RunFileAsync("apply", file);

        Assert.Equal((1, 1), (planned.Code, applied.Code));
        Assert.Equal(planned.Error, applied.Error);
        string[] expected =
        [
            "clients[3].redirect_uri is unknown", "clients[3].redirect_uris is missing", "clients[1] breaks the rule default_scopes_are_among_scopes",
            "clients[1] breaks the rule public_client_requires_pkce", "clients[1] breaks the rule redirect_uri_has_no_fragment",
            "clients[1] breaks the rule redirect_uri_is_https_loopback_http_or_reverse_domain_scheme", "clients[1] breaks the rule scopes_are_not_empty",
            "clients[2] breaks the rule web_client_has_a_secret",
        ];
        var faults = planned.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Length, faults.Length);
        foreach (var fault in expected) Assert.Single(faults, line => line.StartsWith(fault, StringComparison.Ordinal));
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM oauth_clients"));
    }

    [Fact]
    public async Task A_client_that_turns_public_keeps_no_secret()
    {
        await ApplyAsync(Acme());

        await ApplyAsync("""{ "clients": [ { "client_id": "acme", "name": "Acme", "application_type": "browser", "redirect_uris": ["https://a.example/cb"], "allowed_scopes": ["read"] } ] }""");

        Assert.Equal("browser", await _database.ScalarAsync<string>("SELECT application_type FROM oauth_clients WHERE client_id = 'acme'"));
        Assert.Null(await SecretAsync("client_secret"));
    }

    [Fact]
    public async Task Two_who_apply_at_once_do_not_work_on_the_same_picture()
    {
        using var barrier = new Barrier(4);
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            var clients = new ClientsRunner(_database) { Variables = { ["ACME_WEB_SECRET"] = "the-first-secret-of-acme" } };
            barrier.SignalAndWait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            return await clients.RunFileAsync("apply", Acme());
        })));

        Assert.All(runs, run => Assert.Equal((0, ""), (run.Code, run.Error)));
        Assert.Equal(["Changed: 0 rows.", "Changed: 0 rows.", "Changed: 0 rows.", "Changed: 1 row."], runs.Select(run => run.Lines[^1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_applies_waits_for_its_turn_and_then_looks_again()
    {
        await using var other = await ClientEditing.BeginAsync(_database.Contexts, TestContext.Current.CancellationToken);
        var applying = _clients.RunFileAsync("apply", Acme());
        await Eventually.BecomesTrue(
            async () => await _database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory')"),
            TimeSpan.FromSeconds(60), "the second waits");
        var same = new ClientRow
        {
            ClientId = "acme",
            Name = "Acme",
            ApplicationType = "web",
            ClientSecret = BCrypt.Net.BCrypt.HashPassword("the-first-secret-of-acme", 10),
            RedirectUris = ["https://a.example/cb", "https://b.example/cb"],
            AllowedScopes = ["read"],
            DefaultScopes = [],
            GrantTypes = ["authorization_code", "refresh_token"],
            RequirePkce = true,
        };
        other.Add(same);
        await other.SaveAsync([], TestContext.Current.CancellationToken);

        var run = await applying;

        Assert.Equal((0, "", "Changed: 0 rows."), (run.Code, run.Error, run.Output.Trim()));
    }

    [Fact]
    public async Task A_file_that_is_not_there_and_a_misspelt_option_are_faults_and_not_changes()
    {
        Assert.Equal(1, (await _clients.RunAsync("plan", "/no/such/file.json")).Code);
        Assert.Equal(1, await OAuthServer.Operators.RootCommands.RunAsync(["clients", "plan", "clients.json", "--prun"]));
        Assert.Equal(2, await OAuthServer.Operators.RootCommands.RunAsync(["clients", "lint", "--strit"]));
    }

    private static string Acme(string name = "Acme", string uris = """["https://a.example/cb", "https://b.example/cb"]""", string more = "") =>
        $$"""{ "clients": [ { "client_id": "acme", "name": "{{name}}", "redirect_uris": {{uris}}, "allowed_scopes": ["read"], "secret": { "env": "ACME_WEB_SECRET" }{{more}} } ] }""";

    private async Task ApplyAsync(string json, params string[] options)
    {
        var run = await _clients.RunFileAsync("apply", json, options);
        Assert.Equal((0, ""), (run.Code, run.Error));
    }

    private Task<string?> SecretAsync(string column) => _database.ScalarAsync<string>($"SELECT {column} FROM oauth_clients WHERE client_id IN ('acme', 'acme-web')");

    private async Task<IEnumerable<string>> VersionsAsync() =>
        (await _database.QueryAsync("SELECT client_id || xmin::text AS version FROM oauth_clients ORDER BY client_id")).Select(row => (string)row["version"]!).ToList();

    private static string ExampleFile()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OAuthServer.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "migrations", "seeds", "example_clients.json");
    }
}
