using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Audit;

/// <summary>What an operator sees of <c>OAuthServer audit</c>.</summary>
public sealed class AuditCommandTests : IAsyncLifetime
{
    private const string Rows = """
        INSERT INTO oauth_audit_events (occurred_at, event, reason, client_id, pseudonym, address, correlation_id)
            VALUES
            (now() - interval '3 days', 'sign_in', NULL, NULL, pseudonym_of($1), '192.0.2.1', 'c-1'),
            (now() - interval '2 hours', 'token_refused', 'code_unknown', 'demo-web', NULL, '192.0.2.2', 'c-2'),
            (now() - interval '1 minute', 'code_redeemed', NULL, 'demo-spa', pseudonym_of($2), '192.0.2.1', 'c-3'),
            (now(), 'client_refused', 'client_unknown', E'no\x1b[31mbody', NULL, '192.0.2.3', 'c-4')
        """;

    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.Database.ExecuteAsync(Rows, TestData.AliceId, TestData.BobId);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("c-1 c-2 c-3 c-4")]
    [InlineData("c-3 c-4", "--since", "1h")]
    [InlineData("c-1", "--until", "1d")]
    [InlineData("c-2", "--since", "1d", "--until", "30m")]
    [InlineData("c-2", "--event", "token_refused")]
    [InlineData("c-4", "--reason", "client_unknown")]
    [InlineData("c-3", "--client", "demo-spa")]
    [InlineData("c-1", "--user", "a11ce000-0000-4000-8000-000000000001")]
    [InlineData("c-1 c-3", "--address", "192.0.2.1")]
    [InlineData("c-3", "--address", "192.0.2.1", "--since", "1h")]
    [InlineData("c-2", "--correlation-id", "c-2")]
    [InlineData("", "--correlation-id", "c-9")]
    [InlineData("c-3 c-4", "--limit", "2")]
    public async Task Search_prints_what_matches_every_option_oldest_first(string expected, params string[] options)
    {
        var words = await RunAsync(["search", .. options]);
        var json = await RunAsync(["search", "--json", .. options]);

        Assert.Equal((0, 0), (words.Code, json.Code));
        Assert.Equal(expected, string.Join(' ', words.Lines.Select(line => line.Split("correlation=")[1])));
        var events = json.Lines.Select(line => new CommandRun(0, line, "").Json);
        Assert.Equal(expected, string.Join(' ', events.Select(row => row.GetProperty("correlation_id").GetString())));
        Assert.Equal(expected.Length == 0, words.Error.Contains("No event matches", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Search_says_when_there_may_be_more()
    {
        var cut = await RunAsync("search", "--limit", "4");

        Assert.Contains("only the newest 4", cut.Error, StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync("search", "--limit", "5")).Error);
    }

    [Fact]
    public async Task Tail_prints_the_newest_events_and_no_control_character()
    {
        var run = await RunAsync("tail", "--lines", "2");

        Assert.Equal(2, run.Lines.Count);
        Assert.EndsWith(
            "client_refused  reason=client_unknown  client=\"no?[31mbody\"  address=192.0.2.3  correlation=c-4",
            run.Lines[1],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_id_that_a_stranger_sent_cannot_look_like_other_values()
    {
        const string clientId = "x\"  event=sign_in  client=demo-web";
        await _server.PostFormAsync(
            "/oauth/token", ("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", clientId));

        var run = await RunAsync("search", "--client", clientId);

        Assert.Contains(
            "  client=\"x\\\"  event=sign_in  client=demo-web\"  ",
            Assert.Single(run.Lines),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Following_prints_each_new_event_once_also_one_with_a_lower_id_and_ends_when_told()
    {
        var skipped = await _server.Database.SkipIdAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var written = new LineCount();
        var following = Commands().RunAsync(
            ["audit", "tail", "--follow", "--client", "followed", "-n", "5"], written, stop.Token);
        await AddAsync("followed", "f-1");
        await written.ReachesAsync(1);
        await _server.Database.ExecuteAsync(
            """
            INSERT INTO oauth_audit_events (id, event, client_id, correlation_id) OVERRIDING SYSTEM VALUE
            VALUES ($1, 'sign_in', 'followed', 'f-2')
            """,
            skipped);
        await AddAsync("followed", "f-3");
        await AddAsync("other", "f-4");
        await written.ReachesAsync(3);
        await stop.CancelAsync();

        var run = await following;
        Assert.Equal(0, run.Code);
        Assert.Equal(["f-1", "f-2", "f-3"], run.Lines.Select(line => line.Split("correlation=")[1]));
    }

    [Fact]
    public async Task Verify_is_0_on_a_sound_record_and_1_with_the_finding_on_another()
    {
        await _server.SealAsync();
        var sound = await RunAsync("verify");
        Assert.Equal(0, sound.Code);
        Assert.Contains("The audit log is as it was sealed.", sound.Output, StringComparison.Ordinal);
        var report = (await RunAsync("verify", "--json")).Json;
        Assert.True(report.GetProperty("ok").GetBoolean());
        var head = report.GetProperty("last_seal").GetString()!;
        var kid = report.GetProperty("keys")[0].GetProperty("kid").GetString()!;
        Assert.Equal(0, (await RunAsync("verify", "--expect", head, "--key", kid)).Code);
        Assert.Equal(1, (await RunAsync("verify", "--key", "another")).Code);
        Assert.Equal(1, (await RunAsync("verify", "--expect", $"99:{head.Split(':')[1]}")).Code);

        await _server.Database.ExecuteAsync("DELETE FROM oauth_audit_events WHERE correlation_id = 'c-2'");

        var broken = await RunAsync("verify");
        Assert.Equal(1, broken.Code);
        Assert.Contains("FOUND: 1 rows were removed", broken.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("verify", "--json")).Code);
    }

    [Theory]
    [InlineData(2, null, "ConnectionStrings__OAuthServer")]
    [InlineData(2, "Password=demo-password;Nonsense=1", "has an unknown part behind a password")]
    [InlineData(3, "Host=127.0.0.1;Port=1;Username=u;Password=demo-password;Timeout=2", "127.0.0.1:1")]
    public async Task Without_a_usable_database_every_subcommand_says_why(
        int code, string? connectionString, string expected)
    {
        foreach (var name in (string[])["tail", "search", "verify"])
        {
            var run = await RunAsync(CommandLine.On(connectionString), name);
            Assert.Equal((code, ""), (run.Code, run.Output));
            Assert.Contains(expected, run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("demo-password", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task On_an_old_schema_it_is_3_and_names_the_command()
    {
        await using var empty = await TestDatabase.CreateEmptyAsync();

        var run = await RunAsync(CommandLine.On(empty.ConnectionString), "verify");

        Assert.Equal(3, run.Code);
        Assert.Contains("OAuthServer migrate", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_setting_is_2_and_named()
    {
        var commands = Commands();
        commands.Settings["Audit:SealInterval"] = "00:00:00";

        var run = await RunAsync(commands, "verify");

        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Contains("Audit:SealInterval must be from", run.Error, StringComparison.Ordinal);
    }

    private CommandLine Commands() => CommandLine.On(_server.Database.ConnectionString);

    private Task<CommandRun> RunAsync(params string[] args) => RunAsync(Commands(), args);

    private static Task<CommandRun> RunAsync(CommandLine commands, params string[] args) =>
        commands.RunAsync(["audit", .. args], TestContext.Current.CancellationToken);

    private Task<int> AddAsync(string clientId, string correlationId) => _server.Database.ExecuteAsync(
        "INSERT INTO oauth_audit_events (event, client_id, correlation_id) VALUES ('sign_in', $1, $2)",
        clientId,
        correlationId);
}
