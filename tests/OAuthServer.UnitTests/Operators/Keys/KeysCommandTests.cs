using System.Text.Json;
using OAuthServer.Keys;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Keys;

namespace OAuthServer.UnitTests.Operators.Keys;

public sealed class KeysCommandTests : IDisposable
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly TemporaryDirectory _folder = new();
    private readonly SigningKeyOptions _options = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Generate_then_generate_then_promote_by_force_rotates()
    {
        var first = await RunAsync("keys", "generate");
        Assert.Equal(0, first.Code);
        Assert.Contains("is current", first.Output, StringComparison.Ordinal);

        var second = await RunAsync("keys", "generate");
        Assert.Equal(0, second.Code);
        Assert.Contains("is pending", second.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("keys", "promote", "--force")).Code);
        Assert.Equal(["current", "previous"], (await ListAsync()).Select(row => row.Stage));
    }

    [Fact]
    public async Task Promote_refuses_a_key_that_verifiers_may_not_know_yet()
    {
        await RunAsync("keys", "generate");
        await RunAsync("keys", "generate");

        var run = await RunAsync("keys", "promote");

        Assert.Equal(1, run.Code);
        Assert.Contains("--force", run.Error, StringComparison.Ordinal);
        Assert.Equal(["current", "pending"], (await ListAsync()).Select(row => row.Stage));
    }

    [Fact]
    public async Task Promote_accepts_a_key_that_was_published_long_enough()
    {
        await RunAsync("keys", "generate");
        await RunAsync("keys", "generate");
        File.SetLastWriteTimeUtc(_folder.File("pending.pem"), DateTime.UnixEpoch);

        Assert.Equal(0, (await RunAsync("keys", "promote")).Code);
    }

    [Fact]
    public async Task Promote_without_a_pending_key_is_refused_and_says_how_to_make_one()
    {
        var run = await RunAsync("keys", "promote");

        Assert.Equal(1, run.Code);
        Assert.Contains("keys generate", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_keeps_a_pending_key_unless_told_to_replace_it()
    {
        await RunAsync("keys", "generate");
        await RunAsync("keys", "generate");
        var pending = (await ListAsync())[1].Kid;

        Assert.Equal(1, (await RunAsync("keys", "generate")).Code);
        Assert.Equal(pending, (await ListAsync())[1].Kid);
        Assert.Equal(0, (await RunAsync("keys", "generate", "--replace")).Code);
        Assert.NotEqual(pending, (await ListAsync())[1].Kid);
    }

    [Fact]
    public async Task Retire_refuses_while_a_token_may_be_alive_and_says_until_when()
    {
        await RotateAsync();
        var stopped = TruncatedNow();
        File.SetLastWriteTimeUtc(_folder.File("previous.pem"), stopped.UtcDateTime);
        var previous = (await ListAsync())[1].Kid;

        var run = await RunAsync("keys", "retire", "--json");

        Assert.Equal(1, run.Code);
        var change = Read<Change>(run.Output);
        Assert.Equal((false, previous), (change.Done, change.Kid));
        Assert.InRange(change.NotBefore!.Value - stopped - _options.PreviousKeyRetention(), TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(1));
        Assert.Equal(["current", "previous"], (await ListAsync()).Select(row => row.Stage));
    }

    [Fact]
    public async Task Retire_removes_the_previous_key_once_its_tokens_are_dead()
    {
        await RotateAsync();
        File.SetLastWriteTimeUtc(_folder.File("previous.pem"), (TimeProvider.System.GetUtcNow() - _options.PreviousKeyRetention()).UtcDateTime);

        Assert.Equal(0, (await RunAsync("keys", "retire")).Code);

        Assert.Equal("current", Assert.Single(await ListAsync()).Stage);
        Assert.False(File.Exists(_folder.File("previous.pem")));
        Assert.Contains("no previous key", (await RunAsync("keys", "retire")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retire_by_force_removes_a_previous_key_at_once()
    {
        await RotateAsync();

        Assert.Equal(0, (await RunAsync("keys", "retire", "--force")).Code);

        Assert.Equal("current", Assert.Single(await ListAsync()).Stage);
    }

    [Fact]
    public async Task Retire_of_the_key_that_signs_needs_force_and_leaves_another_one_signing()
    {
        await RunAsync("keys", "generate");
        var leaked = Assert.Single(await ListAsync()).Kid;

        Assert.Contains("signs", (await RunAsync("keys", "retire", "--kid", leaked)).Error, StringComparison.Ordinal);
        Assert.Equal(leaked, Assert.Single(await ListAsync()).Kid);
        Assert.Equal(0, (await RunAsync("keys", "retire", "--kid", leaked, "--force")).Code);

        var left = Assert.Single(await ListAsync());
        Assert.Equal("current", left.Stage);
        Assert.NotEqual(leaked, left.Kid);
    }

    [Fact]
    public async Task Retire_of_the_key_that_signs_prefers_the_key_that_verifiers_know()
    {
        await RunAsync("keys", "generate");
        await RunAsync("keys", "generate");
        var rows = await ListAsync();

        Assert.Equal(0, (await RunAsync("keys", "retire", "--kid", rows[0].Kid, "--force")).Code);

        Assert.Equal((rows[1].Kid, "current"), Assert.Single(await ListAsync()) is var left ? (left.Kid, left.Stage) : default);
    }

    [Fact]
    public async Task Retire_of_a_pending_key_needs_no_force_and_of_an_unknown_one_is_refused()
    {
        await RunAsync("keys", "generate");
        await RunAsync("keys", "generate");
        var pending = (await ListAsync())[1].Kid;

        Assert.Equal(1, (await RunAsync("keys", "retire", "--kid", "no-such-key", "--force")).Code);
        Assert.Equal(2, (await ListAsync()).Length);
        Assert.Equal(0, (await RunAsync("keys", "retire", "--kid", pending)).Code);
        Assert.Equal("current", Assert.Single(await ListAsync()).Stage);
    }

    [Theory]
    [InlineData(0, "generate")]
    [InlineData(1, "promote")]
    [InlineData(1, "retire")]
    public async Task Every_change_is_told_to_programs_on_standard_output(int code, string change)
    {
        var run = await RunAsync("keys", change, "--json");

        Assert.Equal(code, run.Code);
        Assert.Empty(run.Error);
        var told = Read<Change>(run.Output);
        Assert.Equal(code == 0, told.Done);
        Assert.NotEmpty(told.Message);
        Assert.Equal(code == 0, told.Kid is not null);
    }

    [Fact]
    public async Task List_shows_kid_stage_and_age_for_people_and_for_programs()
    {
        await RunAsync("keys", "generate");
        File.SetLastWriteTimeUtc(_folder.File("current.pem"), TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-30));

        var row = Assert.Single(await ListAsync());
        Assert.Equal("current", row.Stage);
        Assert.InRange(row.AgeSeconds!.Value, 30 * 3600, (30 * 3600) + 60);
        Assert.Equal($"{row.Kid}  current   1 d", (await RunAsync("keys", "list")).Output.Trim());
    }

    [Fact]
    public async Task List_of_an_empty_store_says_so()
    {
        var run = await RunAsync("keys", "list");

        Assert.Equal(1, run.Code);
        Assert.Contains("no current key", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_out_of_reach_has_its_own_exit_code()
    {
        await File.WriteAllTextAsync(_folder.Path, "not a folder", TestContext.Current.CancellationToken);

        var run = await RunAsync("keys", "generate");

        Assert.Equal(3, run.Code);
        Assert.Contains(_folder.Path, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_configuration_has_its_own_exit_code_and_every_fault_on_a_line()
    {
        var commands = new CommandLine
        {
            Settings = { ["SigningKeys:PollInterval"] = "00:00:00", ["SigningKeys:RotateEvery"] = "00:00:00" },
        };

        var run = await commands.RunAsync(["keys", "list"], TestContext.Current.CancellationToken);

        Assert.Equal((2, ""), (run.Code, run.Output));
        string[] settings = ["SigningKeys:PollInterval", "SigningKeys:RotateEvery", "SigningKeys:Region"];
        var lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(settings, setting => Assert.Single(lines, line => line.StartsWith(setting, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_database_that_is_configured_wrongly_is_no_obstacle()
    {
        var run = await RunOnAsync("Nonsense=1", "keys", "generate");

        Assert.Equal((0, ""), (run.Code, run.Error));
    }

    [Fact]
    public async Task No_command_prints_key_material()
    {
        var printed = "";
        foreach (var arguments in (string[][])[["generate"], ["generate"], ["list"], ["list", "--json"], ["promote", "--force", "--json"], ["retire"], ["retire", "--force"]])
        {
            var run = await RunAsync(["keys", .. arguments]);
            printed += run.Output + run.Error;
        }

        Assert.DoesNotContain("MII", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", printed, StringComparison.Ordinal);
    }

    private async Task RotateAsync()
    {
        foreach (var arguments in (string[][])[["generate"], ["generate"], ["promote", "--force"]]) Assert.Equal(0, (await RunAsync(["keys", .. arguments])).Code);
    }

    private static DateTimeOffset TruncatedNow() => DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());

    private async Task<Row[]> ListAsync() => Read<Row[]>((await RunAsync("keys", "list", "--json")).Output);

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Snake)!;

    private Task<CommandRun> RunAsync(params string[] arguments) => RunOnAsync(null, arguments);

    private Task<CommandRun> RunOnAsync(string? connectionString, params string[] arguments)
    {
        var commands = CommandLine.On(connectionString);
        commands.Settings["SigningKeys:Source"] = "File";
        commands.Settings["SigningKeys:Directory"] = _folder.Path;
        return commands.RunAsync(arguments, TestContext.Current.CancellationToken);
    }

    private sealed record Change(bool Done, string? Kid, DateTimeOffset? NotBefore, string Message);

    private sealed record Row(string Kid, string Stage, DateTimeOffset? CreatedAt, long? AgeSeconds);
}
