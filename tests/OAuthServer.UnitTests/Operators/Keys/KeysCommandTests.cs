using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Operators.Keys;

/// <summary>What an operator sees of <c>OAuthServer keys</c>, on files.</summary>
public sealed class KeysCommandTests : IDisposable
{
    private readonly KeysOnFiles _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Generate_then_generate_then_promote_by_force_rotates()
    {
        var first = await _keys.RunAsync("keys", "generate");
        Assert.Equal(0, first.Code);
        Assert.Contains("is current", first.Output, StringComparison.Ordinal);

        var second = await _keys.RunAsync("keys", "generate");
        Assert.Equal(0, second.Code);
        Assert.Contains("is pending", second.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await _keys.RunAsync("keys", "promote", "--force")).Code);
        Assert.Equal(["current", "previous"], (await _keys.ListAsync()).Select(row => row.Stage));
        Assert.Matches(
            "made [0-9]+ seconds? ago\\s.* previous for [0-9]+ seconds?\\s*$",
            (await _keys.RunAsync("keys", "list")).Output);
    }

    [Fact]
    public async Task Promote_refuses_a_key_that_verifiers_may_not_know_yet()
    {
        await _keys.RunAsync("keys", "generate");
        await _keys.RunAsync("keys", "generate");

        var run = await _keys.RunAsync("keys", "promote");

        Assert.Equal(1, run.Code);
        Assert.Contains("--force", run.Error, StringComparison.Ordinal);
        Assert.Equal(["current", "pending"], (await _keys.ListAsync()).Select(row => row.Stage));
    }

    [Fact]
    public async Task Promote_accepts_a_key_that_was_published_long_enough()
    {
        await _keys.RunAsync("keys", "generate");
        await _keys.RunAsync("keys", "generate");
        File.SetLastWriteTimeUtc(_keys.File("pending.pem"), DateTime.UnixEpoch);

        Assert.Equal(0, (await _keys.RunAsync("keys", "promote")).Code);
    }

    [Fact]
    public async Task Promote_without_a_pending_key_is_refused_and_says_how_to_make_one()
    {
        var run = await _keys.RunAsync("keys", "promote");

        Assert.Equal(1, run.Code);
        Assert.Contains("keys generate", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_keeps_a_pending_key_unless_told_to_replace_it()
    {
        await _keys.RunAsync("keys", "generate");
        await _keys.RunAsync("keys", "generate");
        var pending = (await _keys.ListAsync())[1].Kid;

        Assert.Equal(1, (await _keys.RunAsync("keys", "generate")).Code);
        Assert.Equal(pending, (await _keys.ListAsync())[1].Kid);
        Assert.Equal(0, (await _keys.RunAsync("keys", "generate", "--replace")).Code);
        Assert.NotEqual(pending, (await _keys.ListAsync())[1].Kid);
    }

    [Theory]
    [InlineData(0, "generate")]
    [InlineData(1, "promote")]
    [InlineData(1, "retire")]
    public async Task Every_change_is_told_to_programs_on_standard_output(int code, string change)
    {
        var run = await _keys.RunAsync("keys", change, "--json");

        Assert.Equal(code, run.Code);
        Assert.Empty(run.Error);
        var told = KeysOnFiles.Read<KeysOnFiles.Change>(run.Output);
        Assert.Equal(code == 0, told.Done);
        Assert.NotEmpty(told.Message);
        Assert.Equal(code == 0, told.Kid is not null);
    }

    [Fact]
    public async Task List_shows_kid_stage_and_age_for_people_and_for_programs()
    {
        await _keys.RunAsync("keys", "generate");
        var made = TimeProvider.System.GetUtcNow().AddHours(-30);
        File.SetLastWriteTimeUtc(_keys.File("current.pem"), made.UtcDateTime);

        var row = Assert.Single(await _keys.ListAsync());
        Assert.Equal("current", row.Stage);
        Assert.InRange(row.AgeSeconds!.Value, 30 * 3600, (30 * 3600) + 60);
        Assert.Equal($"{row.Kid}  current   made 30 hours ago", (await _keys.RunAsync("keys", "list")).Output.Trim());
    }

    [Fact]
    public async Task List_of_an_empty_store_says_so()
    {
        var run = await _keys.RunAsync("keys", "list");

        Assert.Equal(1, run.Code);
        Assert.Contains("no current key", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_out_of_reach_has_its_own_exit_code()
    {
        await File.WriteAllTextAsync(_keys.Folder, "not a folder", TestContext.Current.CancellationToken);

        var run = await _keys.RunAsync("keys", "generate");

        Assert.Equal(3, run.Code);
        Assert.Contains(_keys.Folder, run.Error, StringComparison.Ordinal);
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
        Assert.All(
            settings, setting => Assert.Single(lines, line => line.StartsWith(setting, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_database_that_is_configured_wrongly_is_no_obstacle()
    {
        var run = await _keys.RunOnAsync("Nonsense=1", "keys", "generate");

        Assert.Equal((0, ""), (run.Code, run.Error));
    }

    [Fact]
    public async Task No_command_prints_key_material()
    {
        var printed = "";
        string[][] commands =
        [
            ["generate"], ["generate"], ["list"], ["list", "--json"], ["promote", "--force", "--json"], ["retire"],
            ["retire", "--force"],
        ];
        foreach (var arguments in commands)
        {
            var run = await _keys.RunAsync(["keys", .. arguments]);
            printed += run.Output + run.Error;
        }

        Assert.DoesNotContain("MII", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", printed, StringComparison.Ordinal);
    }
}
