using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

/// <summary>A key is withdrawn by a command, and never by a file that is gone.</summary>
public sealed class VanishedKeyTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly SigningKeyOptions _options = new();
    private readonly FileKeySource _source;
    private readonly KeyRing _ring;

    public VanishedKeyTests()
    {
        _source = new(_folder.Path, makesFirstKey: true, _clock);
        _ring = new(Options.Create(_options), _clock);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pending.pem")]
    [InlineData("previous.pem")]
    public async Task A_file_that_is_gone_leaves_its_key_published_for_as_long_as_its_tokens_live(string file)
    {
        await FillAsync();
        var published = Published();

        File.Delete(_folder.File(file));
        Assert.False(_ring.Replace(await _source.ReadAsync(Cancel), TestKeys.Secrets)
            && published.Count != Published().Count);

        Assert.Equal(published, Published());
        _clock.Advance(_options.PreviousKeyRetention());
        _ring.Replace(await _source.ReadAsync(Cancel), TestKeys.Secrets);
        Assert.DoesNotContain(file == "pending.pem" ? TestKeys.KeyId(2) : TestKeys.KeyId(0), Published());
    }

    [Theory]
    [InlineData("current.pem")]
    [InlineData("current.pem", "pending.pem")]
    [InlineData("current.pem", "pending.pem", "previous.pem")]
    public async Task Without_its_current_file_a_running_server_goes_on_with_the_key_that_it_has(params string[] files)
    {
        await FillAsync();
        var (signing, published) = (_ring.Current!.Signing.KeyId, Published());

        foreach (var file in files) File.Delete(_folder.File(file));
        await RefreshAsync();

        Assert.Equal(signing, _ring.Current!.Signing.KeyId);
        Assert.Equal(published, Published());
        Assert.NotNull(_ring.Fault);
        Assert.False(File.Exists(_folder.File("current.pem")));
    }

    [Fact]
    public async Task Without_its_folder_a_running_server_makes_no_key()
    {
        await FillAsync();
        var signing = _ring.Current!.Signing.KeyId;

        Directory.Delete(_folder.Path, recursive: true);
        await RefreshAsync();

        Assert.Equal(signing, _ring.Current!.Signing.KeyId);
        Assert.False(Directory.Exists(_folder.Path));
    }

    [Fact]
    public async Task A_key_that_a_command_took_away_is_published_no_more()
    {
        await FillAsync();

        Assert.True(await _source.RemoveAsync(TestKeys.KeyId(0), Cancel));
        Assert.True(await _source.RemoveAsync(TestKeys.KeyId(2), Cancel));
        foreach (var key in (string[])[TestKeys.KeyId(1), "no-such-key"])
            Assert.False(await _source.RemoveAsync(key, Cancel));
        _ring.Replace(await _source.ReadAsync(Cancel), TestKeys.Secrets);

        Assert.Equal([TestKeys.KeyId(1)], Published());
    }

    [Theory]
    [InlineData(true, false, false, true)]
    [InlineData(false, false, false, false)]
    [InlineData(false, true, true, true)]
    [InlineData(false, true, false, false)]
    [InlineData(false, false, true, false)]
    public async Task Outside_Development_no_server_starts_without_a_key(
        bool makesFirst, bool hasKey, bool hasSecret, bool starts)
    {
        var source = new FileKeySource(_folder.Path, makesFirst, _clock);
        if (hasKey) await source.AddAsync(TestKeys.Pem(0), onlyFirst: true, Cancel);
        var secrets = new FileServerSecretSource(_folder.Path, _clock);
        if (hasSecret) await secrets.AddFirstAsync(ServerSecret.Generate(), Cancel);

        Assert.Equal(starts, source.StartFault is null);
        if (!starts) Assert.Contains("keys generate", source.StartFault, StringComparison.Ordinal);
    }

    // The first key is previous, the second current, the third pending, and all are in the ring.
    private async Task FillAsync()
    {
        await _source.AddAsync(TestKeys.Pem(0), onlyFirst: true, Cancel);
        await _source.AddAsync(TestKeys.Pem(1), onlyFirst: false, Cancel);
        await _source.PromoteAsync(Cancel);
        await _source.AddAsync(TestKeys.Pem(2), onlyFirst: false, Cancel);
        _ring.Replace(await _source.ReadAsync(Cancel), TestKeys.Secrets);
    }

    // One reading of the store, as a server does it.
    private async Task RefreshAsync()
    {
        using var refresher = new KeyRefresher(
            _ring,
            _source,
            new ScriptedSecretSource(),
            Options.Create(_options),
            _clock,
            NullLogger<KeyRefresher>.Instance);
        await refresher.StartAsync(Cancel);
        await refresher.StopAsync(Cancel);
    }

    private List<string> Published() =>
        [.. _ring.Current!.Published.Select(key => key.KeyId).Order(StringComparer.Ordinal)];
}
