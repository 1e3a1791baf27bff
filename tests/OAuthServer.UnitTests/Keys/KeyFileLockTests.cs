using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

/// <summary>Writers of key files take turns, and none waits for ever.</summary>
public sealed class KeyFileLockTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly WaitingClock _clock = new();
    private readonly FileKeySource _source;

    public KeyFileLockTests() => _source = new FileKeySource(_folder.Path, makesFirstKey: false, _clock);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_writer_asks_every_20_ms_for_its_turn_and_gives_up_after_10_seconds()
    {
        await using var held = Hold();

        var adding = _source.AddAsync(TestKeys.Pem(0), onlyFirst: false, Ct);
        for (var turn = 0; turn < 500; turn++) Assert.Equal(TimeSpan.FromMilliseconds(20), await _clock.PassAsync());

        var refused = await Assert.ThrowsAsync<KeyStoreException>(() => adding.WaitAsync(TimeSpan.FromSeconds(20), Ct));
        Assert.StartsWith($"key files in {_folder.Path} cannot be used: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_turn_that_comes_meanwhile_is_taken()
    {
        Task<KeyStage?> adding;
        await using (Hold())
        {
            adding = _source.AddAsync(TestKeys.Pem(0), onlyFirst: false, Ct);
            for (var turn = 0; turn < 10; turn++) await _clock.PassAsync();
        }

        await _clock.PassAsync();
        Assert.Equal(KeyStage.Current, await adding.WaitAsync(TimeSpan.FromSeconds(20), Ct));
    }

    private FileStream Hold()
    {
        Directory.CreateDirectory(_folder.Path);
        return new FileStream(_folder.File(".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }
}
