using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Keys;
using OAuthServer.Operators.Doctor;
using OAuthServer.Operators.Keys;
using OAuthServer.UnitTests.Keys;

namespace OAuthServer.UnitTests.Operators.Doctor;

public sealed class KeyCheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ScriptedKeySource _source = new();
    private readonly FakeTimeProvider _clock = new(Now);

    [Fact]
    public async Task A_young_key_is_well_and_shown_with_its_age()
    {
        var saw = await LookAsync([(KeyStage.Current, TimeSpan.FromDays(30))]);

        Assert.Empty(saw.Findings);
        Assert.Equal($"{TestKeys.KeyId(0)}, made 30 days ago", saw.Of("current key"));
        Assert.Equal("scripted store", saw.Of("key store"));
    }

    [Theory]
    [InlineData(90, "")]
    [InlineData(91, "Warning key_old")]
    public async Task A_key_of_more_than_90_days_is_old(int days, string expected) =>
        Assert.Equal(expected, string.Join(", ", (await LookAsync([(KeyStage.Current, TimeSpan.FromDays(days))])).Codes()));

    [Theory]
    [InlineData(24, "")]
    [InlineData(25, "Note key_pending_ready")]
    public async Task A_pending_key_is_ready_once_it_was_published_long_enough(int hours, string expected) => Assert.Equal(
        expected, string.Join(", ", (await LookAsync([(KeyStage.Current, TimeSpan.FromDays(1)), (KeyStage.Pending, TimeSpan.FromHours(hours))])).Codes()));

    [Fact]
    public async Task Without_a_current_key_the_command_that_makes_one_is_named()
    {
        var saw = await LookAsync([]);

        Assert.Equal(["Error key_missing"], saw.Codes());
        Assert.Contains("keys generate", saw.Findings[0].Do, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unusable_key_is_found_beside_the_good_one() =>
        Assert.Equal(["Warning key_unusable"], (await LookAsync([(KeyStage.Current, TimeSpan.Zero)], "previous.pem: not a PEM")).Codes());

    [Fact]
    public async Task A_store_that_is_away_is_one_finding()
    {
        var saw = await Look.AtAsync(Check());

        Assert.Equal(["Error key_store_unreachable"], saw.Codes());
        Assert.Contains("the store is down", saw.Findings[0].What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_outside_Development_are_found()
    {
        using var folder = new TemporaryDirectory();
        var options = new SigningKeyOptions { Source = SigningKeySource.File, Directory = folder.Path };

        Assert.Equal(["Warning key_files_in_production"], (await FilesAsync(options, "Production")).Codes());
        Assert.Empty((await FilesAsync(options, "Development")).Findings);
        options.Source = SigningKeySource.SecretsManager;
        Assert.Empty((await FilesAsync(options, "Production")).Findings);
    }

    private static Task<Examination> FilesAsync(SigningKeyOptions options, string environment) =>
        Look.AtAsync(new KeyFileCheck(Options.Create(options), Look.Environment(environment)));

    private KeyCheck Check()
    {
        var options = Options.Create(new SigningKeyOptions());
        return new(new KeyKeeper(_source, options, history: null, _clock), options, _clock);
    }

    private Task<Examination> LookAsync((KeyStage Stage, TimeSpan Age)[] keys, params string[] faults)
    {
        _source.Answer = () => Task.FromResult(StoredKeys.Of(keys.Select((key, number) => new StoredKey(key.Stage, TestKeys.Key(number), Now - key.Age)), faults));
        return Look.AtAsync(Check());
    }
}
