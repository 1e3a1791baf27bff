using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Operators.Keys;

/// <summary><c>OAuthServer keys retire</c>: a key goes once no token of it can be alive, or by force.</summary>
public sealed class KeysRetireTests : IDisposable
{
    private static readonly TimeSpan Retention = new SigningKeyOptions().PreviousKeyRetention();

    private readonly KeysOnFiles _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Retire_refuses_while_a_token_may_be_alive_and_says_until_when()
    {
        await _keys.RotateAsync();
        var stopped = TruncatedNow();
        File.SetLastWriteTimeUtc(_keys.File("previous.pem"), stopped.UtcDateTime);
        var previous = (await _keys.ListAsync())[1].Kid;

        var run = await _keys.RunAsync("keys", "retire", "--json");

        Assert.Equal(1, run.Code);
        var change = KeysOnFiles.Read<KeysOnFiles.Change>(run.Output);
        Assert.Equal((false, previous), (change.Done, change.Kid));
        var difference = change.NotBefore!.Value - stopped - Retention;
        Assert.InRange(difference, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(1));
        Assert.Equal(["current", "previous"], (await _keys.ListAsync()).Select(row => row.Stage));
    }

    [Fact]
    public async Task Retire_removes_the_previous_key_once_its_tokens_are_dead()
    {
        await _keys.RotateAsync();
        var longAgo = TimeProvider.System.GetUtcNow() - Retention;
        File.SetLastWriteTimeUtc(_keys.File("previous.pem"), longAgo.UtcDateTime);

        Assert.Equal(0, (await _keys.RunAsync("keys", "retire")).Code);

        Assert.Equal("current", Assert.Single(await _keys.ListAsync()).Stage);
        Assert.False(File.Exists(_keys.File("previous.pem")));
        Assert.Contains("no previous key", (await _keys.RunAsync("keys", "retire")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retire_by_force_removes_a_previous_key_at_once()
    {
        await _keys.RotateAsync();

        Assert.Equal(0, (await _keys.RunAsync("keys", "retire", "--force")).Code);

        Assert.Equal("current", Assert.Single(await _keys.ListAsync()).Stage);
    }

    [Fact]
    public async Task Retire_of_the_key_that_signs_needs_force_and_leaves_another_one_signing()
    {
        await _keys.RunAsync("keys", "generate");
        var leaked = Assert.Single(await _keys.ListAsync()).Kid;

        Assert.Contains(
            "signs", (await _keys.RunAsync("keys", "retire", "--kid", leaked)).Error, StringComparison.Ordinal);
        Assert.Equal(leaked, Assert.Single(await _keys.ListAsync()).Kid);
        Assert.Equal(0, (await _keys.RunAsync("keys", "retire", "--kid", leaked, "--force")).Code);

        var left = Assert.Single(await _keys.ListAsync());
        Assert.Equal("current", left.Stage);
        Assert.NotEqual(leaked, left.Kid);
    }

    [Fact]
    public async Task Retire_of_the_key_that_signs_prefers_the_key_that_verifiers_know()
    {
        await _keys.RunAsync("keys", "generate");
        await _keys.RunAsync("keys", "generate");
        var rows = await _keys.ListAsync();

        Assert.Equal(0, (await _keys.RunAsync("keys", "retire", "--kid", rows[0].Kid, "--force")).Code);

        var left = Assert.Single(await _keys.ListAsync());
        Assert.Equal((rows[1].Kid, "current"), (left.Kid, left.Stage));
    }

    [Fact]
    public async Task Retire_of_a_pending_key_needs_no_force_and_of_an_unknown_one_is_refused()
    {
        await _keys.RunAsync("keys", "generate");
        await _keys.RunAsync("keys", "generate");
        var pending = (await _keys.ListAsync())[1].Kid;

        Assert.Equal(1, (await _keys.RunAsync("keys", "retire", "--kid", "no-such-key", "--force")).Code);
        Assert.Equal(2, (await _keys.ListAsync()).Length);
        Assert.Equal(0, (await _keys.RunAsync("keys", "retire", "--kid", pending)).Code);
        Assert.Equal("current", Assert.Single(await _keys.ListAsync()).Stage);
    }

    private static DateTimeOffset TruncatedNow() =>
        DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
}
