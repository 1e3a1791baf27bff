using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Keys;
using OAuthServer.Operators.Doctor;
using OAuthServer.UnitTests.Keys;

namespace OAuthServer.UnitTests.Operators.Doctor;

public sealed class KeyCheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ScriptedKeySource _source = new();
    private readonly ScriptedSecretSource _secrets = new();
    private readonly FakeTimeProvider _clock = new(Now);

    [Fact]
    public async Task A_young_key_is_well_and_shown_with_its_age()
    {
        var result = await RunAsync([(KeyStage.Current, TimeSpan.FromDays(30))]);

        Assert.Empty(result.Findings);
        Assert.Equal($"{TestKeys.KeyId(0)}, made 30 days ago", result.Fact("current key"));
        Assert.Equal("scripted store", result.Fact("key store"));
    }

    [Theory]
    [InlineData(90, "")]
    [InlineData(91, "Warning key_old")]
    public async Task A_key_of_more_than_90_days_is_old(int days, string expected)
    {
        var result = await RunAsync([(KeyStage.Current, TimeSpan.FromDays(days))]);

        Assert.Equal(expected, string.Join(", ", result.Codes()));
    }

    [Theory]
    [InlineData(24, "")]
    [InlineData(25, "Note key_pending_ready")]
    public async Task A_pending_key_is_ready_once_it_was_published_long_enough(int hours, string expected)
    {
        var result = await RunAsync(
            [(KeyStage.Current, TimeSpan.FromDays(1)), (KeyStage.Pending, TimeSpan.FromHours(hours))]);

        Assert.Equal(expected, string.Join(", ", result.Codes()));
    }

    [Fact]
    public async Task Ages_that_no_store_tells_are_unknown_and_judge_nothing()
    {
        _source.Answer = () => Task.FromResult(StoredKeys.Of(
            [
                new(KeyStage.Current, TestKeys.Key(0), null),
                new(KeyStage.Pending, TestKeys.Key(1), null),
                new(KeyStage.Previous, TestKeys.Key(2), null),
            ], []));

        var result = await Checking.RunAsync(Check());

        Assert.Empty(result.Findings);
        Assert.Equal($"{TestKeys.KeyId(1)}, age unknown", result.Fact("pending key"));
        Assert.Equal($"{TestKeys.KeyId(2)}, age unknown", result.Fact("previous key"));
        Assert.Equal($"{TestKeys.Secrets.Current.Id}, age unknown", result.Fact("server secret"));
    }

    [Theory]
    [InlineData(true, "Start the server, which makes it; or run: OAuthServer keys generate")]
    [InlineData(false, "Run: OAuthServer keys generate. If there was one, restore it instead")]
    public async Task A_server_secret_is_shown_with_its_age_and_missed(bool makesFirst, string advice)
    {
        _source.MakesFirstKey = makesFirst;
        _secrets.Answer = () => Task.FromResult<ServerSecrets?>(TestKeys.Secrets with { CreatedAt = Now.AddHours(-3) });
        Assert.Equal(
            $"{TestKeys.Secrets.Current.Id}, made 3 hours ago",
            (await RunAsync([(KeyStage.Current, TimeSpan.Zero)])).Fact("server secret"));

        _secrets.Answer = () => Task.FromResult<ServerSecrets?>(null);
        var result = await RunAsync([(KeyStage.Current, TimeSpan.Zero)]);

        Assert.Equal(["Error server_secret_missing"], result.Codes());
        Assert.StartsWith(advice, result.Findings[0].Do, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_current_key_the_command_that_makes_one_is_named()
    {
        var result = await RunAsync([]);

        Assert.Equal(["Error key_missing"], result.Codes());
        Assert.Contains("keys generate", result.Findings[0].Do, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unusable_key_is_found_beside_the_good_one()
    {
        var result = await RunAsync([(KeyStage.Current, TimeSpan.Zero)], "previous.pem: not a PEM");

        Assert.Equal(["Warning key_unusable"], result.Codes());
    }

    [Fact]
    public async Task A_store_that_is_away_is_one_finding()
    {
        var result = await Checking.RunAsync(Check());

        Assert.Equal(["Error key_store_unreachable"], result.Codes());
        Assert.Contains("the store is down", result.Findings[0].What, StringComparison.Ordinal);
    }

    private KeyCheck Check() => new(_source, _secrets, Options.Create(new SigningKeyOptions()), _clock);

    private Task<CheckResult> RunAsync((KeyStage Stage, TimeSpan Age)[] keys, params string[] faults)
    {
        var stored = keys.Select((key, number) => new StoredKey(key.Stage, TestKeys.Key(number), Now - key.Age));
        _source.Answer = () => Task.FromResult(StoredKeys.Of(stored, faults));
        return Checking.RunAsync(Check());
    }
}
