using System.CommandLine;
using System.Text.Json;
using OAuthServer.Audit;
using OAuthServer.Operators.Audit;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Audit;

/// <summary>What an operator sees of <c>OAuthServer audit</c>.</summary>
public sealed class AuditCommandTests : IAsyncLifetime
{
    private const string Rows = """
        INSERT INTO oauth_audit_events (occurred_at, event, reason, client_id, user_id, address, correlation_id) VALUES
            (now() - interval '3 days', 'sign_in', NULL, NULL, $1, '192.0.2.1', 'c-1'),
            (now() - interval '2 hours', 'token_refused', 'code_unknown', 'demo-web', NULL, '192.0.2.2', 'c-2'),
            (now() - interval '1 minute', 'code_redeemed', NULL, 'demo-spa', $2, '192.0.2.1', 'c-3'),
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
        Assert.Equal(expected, string.Join(' ', Lines(words.Output).Select(line => line.Split("correlation=")[1])));
        Assert.Equal(expected, string.Join(' ', Lines(json.Output).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("correlation_id").GetString())));
    }

    [Fact]
    public async Task Tail_prints_the_newest_events_and_no_control_character()
    {
        var run = await RunAsync("tail", "--lines", "2");

        Assert.Equal(2, Lines(run.Output).Length);
        Assert.Contains("client_refused  reason=client_unknown  client=no?[31mbody  address=192.0.2.3  correlation=c-4", Lines(run.Output)[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Following_prints_each_new_event_once_also_one_with_a_lower_id_and_ends_when_told()
    {
        var skipped = await _server.Database.SkipIdAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var output = new StringWriter();
        var following = Command().Parse(["tail", "--follow", "--client", "followed", "--lines", "5"]).InvokeAsync(new InvocationConfiguration { Output = TextWriter.Synchronized(output) }, stop.Token);
        await _server.Database.ExecuteAsync("INSERT INTO oauth_audit_events (event, client_id, correlation_id) VALUES ('sign_in', 'followed', 'f-1')");
        await Eventually.BecomesTrue(() => Task.FromResult(Shown() >= 1), TimeSpan.FromSeconds(20), "the first is printed");
        await _server.Database.ExecuteAsync("INSERT INTO oauth_audit_events (id, event, client_id, correlation_id) OVERRIDING SYSTEM VALUE VALUES ($1, 'sign_in', 'followed', 'f-2')", skipped);
        await _server.Database.ExecuteAsync("INSERT INTO oauth_audit_events (event, client_id, correlation_id) VALUES ('sign_in', 'followed', 'f-3'), ('sign_in', 'other', 'f-4')");
        await Eventually.BecomesTrue(() => Task.FromResult(Shown() >= 3), TimeSpan.FromSeconds(20), "the others are printed");
        await stop.CancelAsync();

        Assert.Equal(0, await following);
        Assert.Equal(["f-1", "f-2", "f-3"], Lines(output.ToString()).Select(line => line.Split("correlation=")[1]));

        int Shown()
        {
            lock (output) return Lines(output.ToString()).Length;
        }
    }

    [Fact]
    public async Task Verify_is_0_on_a_sound_record_and_1_with_the_finding_on_another()
    {
        await _server.SealAsync();
        var sound = await RunAsync("verify");
        Assert.Equal(0, sound.Code);
        Assert.Contains("The audit log is as it was sealed.", sound.Output, StringComparison.Ordinal);
        var report = JsonDocument.Parse((await RunAsync("verify", "--json")).Output).RootElement;
        Assert.True(report.GetProperty("ok").GetBoolean());
        var head = report.GetProperty("last_seal").GetString()!;
        var kid = report.GetProperty("keys")[0].GetProperty("key_id").GetString()!;
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
    [InlineData(null, "ConnectionStrings__OAuthServer")]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=demo-password;Timeout=2", "127.0.0.1:1")]
    [InlineData("Password=demo-password;Nonsense=1", "cannot be read")]
    public async Task Without_a_usable_database_every_subcommand_is_2_and_says_why(string? connectionString, string expected)
    {
        foreach (var name in (string[])["tail", "search", "verify"])
        {
            var run = await RunAsync(new AuditCommand(() => connectionString, () => new AuditOptions(), TimeProvider.System).Create(), name);
            Assert.Equal(2, run.Code);
            Assert.Contains(expected, run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("demo-password", run.Error + run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task On_an_old_schema_it_is_2_and_names_the_command()
    {
        await using var empty = await TestDatabase.CreateEmptyAsync();

        var run = await RunAsync(new AuditCommand(() => empty.ConnectionString, () => new AuditOptions(), TimeProvider.System).Create(), "verify");

        Assert.Equal(2, run.Code);
        Assert.Contains("OAuthServer migrate", run.Error, StringComparison.Ordinal);
    }

    private Command Command() => new AuditCommand(() => _server.Database.ConnectionString, () => new AuditOptions(), TimeProvider.System).Create();

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] args) => RunAsync(Command(), args);

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static async Task<(int Code, string Output, string Error)> RunAsync(Command command, params string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await command.Parse(args).InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
