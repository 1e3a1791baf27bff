using System.Net.Http.Json;
using System.Text.Json;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Doctor;

/// <summary>
/// What <c>OAuthServer doctor</c> prints and how it ends, in this process and as a process of its own.
/// </summary>
public sealed class DoctorCommandTests(ContentRoot root) : IClassFixture<ContentRoot>
{
    private const string Secret = "demo-password-never-printed";

    [Fact]
    public async Task It_says_what_a_server_stands_on_in_plain_aligned_text()
    {
        await using var database = await Apis.CreateDatabaseAsync();

        var run = await DoctorRun.WithAsync(DoctorRun.Settings(database), null, DoctorRun.KnownOfTests);

        Assert.Equal(0, run.Code);
        var lines = run.Output.Split('\n').Select(line => line.TrimEnd()).ToList();
        string[] facts =
        [
            "issuer", "listens on", "proxies trusted", "PostgreSQL", "schema", "current key", "clients", "clock",
            "apis", "default audience",
        ];
        foreach (var fact in facts)
            Assert.Single(lines, line => line.StartsWith($"  {fact} ", StringComparison.Ordinal));
        Assert.Equal("No findings. All is well.", lines.Last(line => line.Length > 0));
        Assert.DoesNotContain('\u001b', run.Output);
    }

    [Fact]
    public async Task A_database_that_is_away_is_one_finding_and_its_password_stays_secret()
    {
        await using var database = await Apis.CreateDatabaseAsync();
        var settings = DoctorRun.Settings(database);
        settings["ConnectionStrings:OAuthServer"] =
            $"Host=127.0.0.1;Port=1;Database=oauth;Username=u;Password={Secret};Timeout=2";

        var run = await DoctorRun.WithAsync(settings, null, DoctorRun.KnownOfTests);

        Assert.Equal(1, run.Code);
        Assert.Contains("ERROR  database_unreachable", run.Output, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1/oauth", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 error.", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^  clients +not checked\r?$", run.Output);
        Assert.DoesNotContain(Secret, run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_members_of_the_json_are_these()
    {
        await using var database = await Apis.CreateDatabaseAsync();

        var json = (await DoctorRun.WithAsync(DoctorRun.Settings(database), null, "--json")).Json;

        Assert.Equal(["ok", "exit_code", "version", "environment", "faults", "checks"], Names(json));
        Assert.False(json.GetProperty("ok").GetBoolean());
        Assert.Equal(1, json.GetProperty("exit_code").GetInt32());
        var checks = json.GetProperty("checks").EnumerateArray().ToList();
        Assert.All(checks, check => Assert.Equal(["name", "checked", "facts", "findings"], Names(check)));
        Assert.Equal(
            [
                "issuer", "proxies", "database", "rights", "schema", "migrations", "sequences", "clock", "signing keys",
                "key files", "previous key", "resources", "clients", "mail", "demo", "session keys", "audit seals",
                "restore", "sweeper", "rate limits", "shared rate limits",
            ],
            checks.Select(check => check.GetProperty("name").GetString()));
        var findings = checks.SelectMany(check => check.GetProperty("findings").EnumerateArray());
        var finding = findings.First(finding => finding.GetProperty("code").GetString() == "key_files_in_production");
        Assert.Equal(["code", "severity", "what", "do"], Names(finding));
        Assert.Equal("warning", finding.GetProperty("severity").GetString());
    }

    [Fact]
    public async Task As_a_process_it_ends_with_0_when_all_is_well_and_with_1_when_something_is_found()
    {
        await using var database = await Apis.CreateDatabaseAsync();
        var variables = Variables(DoctorRun.Settings(database));

        var well = await HostProcess.RunAsync(root, variables, ["doctor", .. DoctorRun.KnownOfTests]);
        Assert.Equal("", well.Error);
        Assert.Equal(0, well.ExitCode);
        Assert.EndsWith("All is well.", well.Output.TrimEnd(), StringComparison.Ordinal);

        var found = await HostProcess.RunAsync(root, variables, "doctor", "--json");
        Assert.Equal(1, found.ExitCode);
        Assert.False(JsonDocument.Parse(found.Output).RootElement.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task As_a_process_it_ends_with_2_and_every_fault_when_the_configuration_is_wrong()
    {
        var variables = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["OAuth__Isuer"] = "https://typo.example.test",
            ["ForwardedHeaders__KnownNetworks__0"] = "0.0.0.0/0",
        };
        string[] expected =
        [
            "OAuth:Issuer is required", "OAuth:Isuer: there is no setting", "ConnectionStrings:OAuthServer is required",
            "SigningKeys:Region is required", "ForwardedHeaders:KnownNetworks:0",
        ];

        var text = await HostProcess.RunAsync(root, variables, "doctor");
        Assert.Equal((2, ""), (text.ExitCode, text.Output));
        Assert.All(expected, part => Assert.Contains(part, text.Error, StringComparison.Ordinal));

        var json = await HostProcess.RunAsync(root, variables, "doctor", "--json");
        Assert.Equal((2, ""), (json.ExitCode, json.Error));
        var listed = JsonDocument.Parse(json.Output).RootElement.GetProperty("faults").EnumerateArray();
        var faults = listed.Select(fault => fault.GetString()!).ToList();
        Assert.All(expected, part => Assert.Single(faults, fault => fault.Contains(part, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task In_Development_it_looks_at_the_private_database_of_the_server_that_runs_and_all_is_well()
    {
        await using var server = await HostProcess.StartAsync(root);

        var variables = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = "http://localhost:5080",
        };

        var run = await HostProcess.RunAsync(root, variables, "doctor");

        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("issuer_plain_http", run.Output, StringComparison.Ordinal);
        Assert.Contains("client.redirect_uri_localhost", run.Output, StringComparison.Ordinal);
        var health = new Uri("/health/ready", UriKind.Relative);
        using var ready = await server.Http.GetAsync(health, TestContext.Current.CancellationToken);
        Assert.True(ready.IsSuccessStatusCode, "the database outlives the doctor");

        // The other commands find both as well, with nothing configured.
        var clients = await HostProcess.RunAsync(root, variables, "clients", "list");
        Assert.Equal((0, ""), (clients.ExitCode, clients.Error));
        Assert.Contains("demo-web", clients.Output, StringComparison.Ordinal);
        var plan = await HostProcess.RunAsync(root, variables, "migrate", "--plan");
        Assert.Equal((0, ""), (plan.ExitCode, plan.Error));
        var keys = await HostProcess.RunAsync(root, variables, "keys", "list");
        using var published = await server.Http.GetAsync(
            new Uri("/.well-known/jwks.json", UriKind.Relative), TestContext.Current.CancellationToken);
        var document = await published.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var id = document.GetProperty("keys")[0].GetProperty("kid").GetString()!;
        Assert.Contains(id, keys.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_explains_the_exit_codes_and_an_unknown_code_to_ignore_is_refused()
    {
        var variables = new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production" };

        var help = await HostProcess.RunAsync(root, variables, "doctor", "--help");
        Assert.Equal(0, help.ExitCode);
        Assert.All(
            (string[])["Exit code 0", "--json", "--probe", "--ignore"],
            part => Assert.Contains(part, help.Output, StringComparison.Ordinal));

        var misspelt = await HostProcess.RunAsync(root, variables, "doctor", "--ignore", "key_odl");
        Assert.Equal(2, misspelt.ExitCode);
        Assert.Contains("there is no finding key_odl", misspelt.Error, StringComparison.Ordinal);
    }

    private static string[] Names(JsonElement json) => [.. json.EnumerateObject().Select(member => member.Name)];

    private static Dictionary<string, string> Variables(Dictionary<string, string?> settings)
    {
        var variables = settings.ToDictionary(setting => NameOf(setting.Key), setting => setting.Value!);
        variables["ASPNETCORE_ENVIRONMENT"] = "Production";
        return variables;
    }

    private static string NameOf(string key) =>
        key == "urls" ? "ASPNETCORE_URLS" : key.Replace(":", "__", StringComparison.Ordinal);
}
