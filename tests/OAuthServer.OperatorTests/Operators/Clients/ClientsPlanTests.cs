using System.Text.Json;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Clients;

/// <summary><c>clients plan</c> and <c>clients apply</c>: clients as data, for pipelines.</summary>
public sealed class ClientsPlanTests : IAsyncLifetime
{
    private AcmeClients _acme = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _acme = await AcmeClients.CreateAsync();

    public ValueTask DisposeAsync() => _acme.DisposeAsync();

    [Fact]
    public async Task The_example_file_is_planned_applied_once_and_then_changes_nothing()
    {
        var example = await File.ReadAllTextAsync(ExampleFile(), Ct);

        var planned = await _acme.RunFileAsync("plan", example);
        Assert.Equal((AcmeClients.ChangesPending, ""), (planned.Code, planned.Error));
        Assert.Equal(0, await _acme.CountAsync("oauth_clients"));
        var applied = await _acme.RunFileAsync("apply", example);
        Assert.Equal((0, ""), (applied.Code, applied.Error));
        Assert.Equal(
            ["+ acme-cli", "+ acme-reports", "+ acme-spa", "+ acme-web"], applied.Lines.Where(line => line[0] == '+'));
        Assert.Equal("Changed: 4 rows.", applied.Lines[^1]);
        Assert.Equal(planned.Lines.SkipLast(1), applied.Lines.SkipLast(1));
        var versions = await _acme.VersionsAsync();

        var again = await _acme.RunFileAsync("apply", example);

        Assert.Equal((0, "Changed: 0 rows."), (again.Code, again.Output.Trim()));
        Assert.Equal(0, (await _acme.RunFileAsync("plan", example)).Code);
        Assert.Equal(versions, await _acme.VersionsAsync());
        Assert.Equal(4, await _acme.CountAsync("oauth_audit_events WHERE event = 'client_created'"));
        Assert.True(await _acme.FitsAsync("the-first-secret-of-acme", "client_secret"));
        Assert.DoesNotContain("the-first-secret-of-acme", planned.Output + applied.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("$2", planned.Output + applied.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_client_is_shown_with_every_member()
    {
        var run = await _acme.RunFileAsync("plan", AcmeClients.File(more: """, "disabled": true"""));

        Assert.Equal(
            [
                "+ acme", "name: \"Acme\"", "application_type: \"web\"",
                """redirect_uris: ["https://a.example/cb","https://b.example/cb"]""", """allowed_scopes: ["read"]""",
                "default_scopes: []", "allowed_resources: []",
                """grant_types: ["authorization_code","refresh_token"]""", "require_pkce: true",
                "require_pushed_authorization_requests: false", "claims_in_id_token: false",
                "require_second_factor: false", "app_origins: []", "accepted_schemes: []",
                "post_logout_redirect_uris: []", "secret: new", "disabled: true", "To change: 1 row.",
            ],
            run.Lines);
    }

    [Fact]
    public async Task Every_member_can_be_changed_and_the_order_of_lists_is_none()
    {
        await _acme.ApplyAsync(AcmeClients.File());
        const string turned = """["https://b.example/cb", "https://a.example/cb"]""";
        var same = await _acme.RunFileAsync("plan", AcmeClients.File(uris: turned));
        Assert.Equal((0, "To change: 0 rows."), (same.Code, same.Output.Trim()));

        var other = AcmeClients.File(
            name: "Acme & Söhne",
            uris: """["https://a.example/cb"]""",
            scopes: """["read", "write"]""",
            more: """, "default_scopes": ["write"], "grant_types": ["authorization_code"], "require_pkce": false"""
                + """, "app_origins": ["tauri://localhost"], "allowed_resources": ["https://files.example"]""");
        var planned = await _acme.RunFileAsync("plan", other);

        Assert.Equal(AcmeClients.ChangesPending, planned.Code);
        Assert.Equal(
            [
                "~ acme", "name: \"Acme\" -> \"Acme & Söhne\"",
                """redirect_uris: ["https://a.example/cb","https://b.example/cb"] -> ["https://a.example/cb"]""",
                """allowed_scopes: ["read"] -> ["read","write"]""", """default_scopes: [] -> ["write"]""",
                """allowed_resources: [] -> ["https://files.example"]""",
                """grant_types: ["authorization_code","refresh_token"] -> ["authorization_code"]""",
                "require_pkce: true -> false", """app_origins: [] -> ["tauri://localhost"]""", "To change: 1 row.",
            ],
            planned.Lines);
        await _acme.ApplyAsync(other);
        Assert.Equal(0, (await _acme.RunFileAsync("plan", other)).Code);
        Assert.Equal("Acme & Söhne", await _acme.Database.ScalarAsync<string>("SELECT name FROM oauth_clients"));
        Assert.Equal(1, await _acme.CountAsync("oauth_audit_events WHERE event = 'client_changed'"));
        Assert.Equal(2, await _acme.CountAsync("oauth_audit_events"));
    }

    [Fact]
    public async Task A_plan_is_told_to_programs()
    {
        await _acme.ApplyAsync(AcmeClients.File());

        var run = await _acme.RunFileAsync("plan", AcmeClients.File(name: "Other"), "--json");

        Assert.Equal((AcmeClients.ChangesPending, 1), (run.Code, run.Json.GetProperty("rows").GetInt32()));
        var change = Assert.Single(run.Json.GetProperty("changes").EnumerateArray());
        Assert.Equal("acme", change.GetProperty("client_id").GetString());
        Assert.Equal("change", change.GetProperty("action").GetString());
        var member = Assert.Single(change.GetProperty("members").EnumerateArray());
        Assert.Equal("""{"member":"name","before":"\u0022Acme\u0022","after":"\u0022Other\u0022"}""", Compact(member));
        Assert.Equal(0, run.Json.GetProperty("not_in_file").GetArrayLength());
    }

    [Fact]
    public async Task Clients_that_are_not_in_the_file_are_named_and_pruning_disables_them()
    {
        await _acme.ApplyAsync(AcmeClients.File());
        await _acme.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes)
            VALUES ('stray', 'Stray', 'browser', '{https://stray.example/cb}', '{read}')
            """);

        var planned = await _acme.RunFileAsync("plan", AcmeClients.File());
        Assert.Equal(0, planned.Code);
        Assert.Equal("! stray is not in the file (--prune disables it)", planned.Lines[0]);
        var pruning = await _acme.RunFileAsync("plan", AcmeClients.File(), "--prune");
        Assert.Equal((AcmeClients.ChangesPending, "- stray"), (pruning.Code, pruning.Lines[0]));
        var pruned = await _acme.RunFileAsync("apply", AcmeClients.File(), "--prune");

        Assert.Equal((0, "- stray"), (pruned.Code, pruned.Lines[0]));
        Assert.Equal(1, await _acme.CountAsync("oauth_clients WHERE client_id = 'stray' AND disabled_at IS NOT NULL"));
        Assert.Equal(
            1, await _acme.CountAsync("oauth_audit_events WHERE event = 'client_disabled' AND client_id = 'stray'"));
        Assert.Equal(0, (await _acme.RunFileAsync("plan", AcmeClients.File(), "--prune")).Code);
    }

    [Fact]
    public async Task An_emergency_stop_outlives_a_file_that_says_nothing_of_it()
    {
        await _acme.ApplyAsync(AcmeClients.File());
        await _acme.RunAsync("disable", "acme");

        var silent = await _acme.RunFileAsync("apply", AcmeClients.File());
        Assert.StartsWith("! acme is disabled", silent.Lines[0], StringComparison.Ordinal);
        Assert.True(await _acme.IsAsync("disabled_at IS NOT NULL"));
        await _acme.ApplyAsync(AcmeClients.File(more: """, "disabled": false"""));
        Assert.True(await _acme.IsAsync("disabled_at IS NULL"));
    }

    [Fact]
    public async Task Those_who_apply_at_once_do_so_one_after_the_other()
    {
        using var barrier = new Barrier(4);
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var clients = _acme.NewRunner();
            barrier.SignalAndWait(TimeSpan.FromSeconds(60), Ct);
            return await clients.RunFileAsync("apply", AcmeClients.File());
        })));

        Assert.All(runs, run => Assert.Equal((0, ""), (run.Code, run.Error)));
        Assert.Equal(
            ["Changed: 0 rows.", "Changed: 0 rows.", "Changed: 0 rows.", "Changed: 1 row."],
            runs.Select(run => run.Lines[^1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_applies_waits_for_its_turn_and_then_compares_again()
    {
        const string waiting = "pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
        await using var other = await ClientEditing.BeginAsync(_acme.Database.Contexts, Ct);
        var applying = _acme.RunFileAsync("apply", AcmeClients.File());
        await Eventually.BecomesTrue(
            async () => await _acme.CountAsync(waiting) > 0, TimeSpan.FromSeconds(60), "the second waits");
        other.Add(new ClientRow
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
        });
        await other.SaveAsync([], Ct);

        var run = await applying;

        Assert.Equal((0, "", "Changed: 0 rows."), (run.Code, run.Error, run.Output.Trim()));
    }

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json);

    private static string ExampleFile()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OAuthServer.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "migrations", "seeds", "example_clients.json");
    }
}
