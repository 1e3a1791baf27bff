using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

public sealed class FileKeySourceTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly FileKeySource _source;

    public FileKeySourceTests() => _source = Source();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_that_does_not_exist_holds_no_key()
    {
        using var stored = await _source.ReadAsync(Cancel);

        Assert.Empty(stored.Keys);
        Assert.Empty(stored.Faults);
    }

    [Fact]
    public async Task The_first_key_is_current_and_the_second_pending()
    {
        Assert.Equal(KeyStage.Current, await _source.AddAsync(TestKeys.Pem(0), onlyFirst: false, Cancel));
        Assert.Equal(KeyStage.Pending, await _source.AddAsync(TestKeys.Pem(1), onlyFirst: false, Cancel));

        Assert.Equal([(0, KeyStage.Current), (1, KeyStage.Pending)], await ReadAsync());
        Assert.True(File.Exists(_folder.File("current.pem")));
        Assert.True(File.Exists(_folder.File("pending.pem")));
    }

    [Fact]
    public async Task Many_that_start_at_once_make_one_first_key()
    {
        var stages = await Task.WhenAll(Enumerable.Range(0, 16).Select(number =>
            Task.Run(() => Source().AddAsync(TestKeys.Pem(number % 4), onlyFirst: true, Cancel), Cancel)));

        Assert.Single(stages, stage => stage == KeyStage.Current);
        Assert.Equal(15, stages.Count(stage => stage is null));
        Assert.Single(await ReadAsync());
    }

    [Fact]
    public async Task A_damaged_current_key_is_named_and_never_overwritten_by_a_first_key()
    {
        Directory.CreateDirectory(_folder.Path);
        await File.WriteAllTextAsync(_folder.File("current.pem"), "damaged", Cancel);

        Assert.Null(await _source.AddAsync(TestKeys.Pem(0), onlyFirst: true, Cancel));
        using var stored = await _source.ReadAsync(Cancel);
        Assert.StartsWith("current.pem: ", Assert.Single(stored.Faults), StringComparison.Ordinal);
        Assert.Equal("damaged", await File.ReadAllTextAsync(_folder.File("current.pem"), Cancel));
    }

    [Theory]
    [InlineData(65_536, false)]
    [InlineData(65_537, true)]
    public async Task A_file_over_64_KiB_is_not_read(int length, bool isTooLarge)
    {
        Directory.CreateDirectory(_folder.Path);
        await File.WriteAllTextAsync(_folder.File("current.pem"), TestKeys.Pem(0).PadRight(length), Cancel);

        using var stored = await _source.ReadAsync(Cancel);

        Assert.Equal(isTooLarge ? 0 : 1, stored.Keys.Length);
        Assert.Equal(isTooLarge ? ["current.pem is too large to be a key"] : [], stored.Faults);
    }

    [Fact]
    public async Task A_damaged_pending_key_does_not_hide_the_current_one()
    {
        await _source.AddAsync(TestKeys.Pem(0), onlyFirst: true, Cancel);
        await File.WriteAllTextAsync(_folder.File("pending.pem"), "damaged", Cancel);

        using var stored = await _source.ReadAsync(Cancel);

        Assert.Equal(TestKeys.KeyId(0), stored[KeyStage.Current]?.Key.KeyId);
        Assert.Single(stored.Faults);
    }

    [Fact]
    public async Task Promotion_makes_pending_current_and_current_previous()
    {
        await _source.AddAsync(TestKeys.Pem(0), onlyFirst: false, Cancel);
        await _source.AddAsync(TestKeys.Pem(1), onlyFirst: false, Cancel);

        Assert.True(await _source.PromoteAsync(Cancel));

        Assert.Equal([(1, KeyStage.Current), (0, KeyStage.Previous)], await ReadAsync());
        Assert.False(await _source.PromoteAsync(Cancel));
        Assert.Equal([(1, KeyStage.Current), (0, KeyStage.Previous)], await ReadAsync());
    }

    [Fact]
    public async Task A_promotion_that_stopped_half_way_leaves_the_old_key_signing_and_can_be_repeated()
    {
        await _source.AddAsync(TestKeys.Pem(0), onlyFirst: false, Cancel);
        await _source.AddAsync(TestKeys.Pem(1), onlyFirst: false, Cancel);
        File.Copy(_folder.File("current.pem"), _folder.File("previous.pem"));

        Assert.Equal([(0, KeyStage.Current), (1, KeyStage.Pending)], await ReadAsync());
        Assert.True(await _source.PromoteAsync(Cancel));
        Assert.Equal([(1, KeyStage.Current), (0, KeyStage.Previous)], await ReadAsync());
    }

    [Fact]
    public async Task A_reader_meets_a_current_key_at_every_instant_of_many_promotions()
    {
        await _source.AddAsync(TestKeys.Pem(0), onlyFirst: false, Cancel);
        var rotating = Task.Run(async () =>
        {
            for (var turn = 1; turn < 60; turn++)
            {
                await _source.AddAsync(TestKeys.Pem(turn % 4), onlyFirst: false, Cancel);
                await _source.PromoteAsync(Cancel);
            }
        }, Cancel);

        while (!rotating.IsCompleted) Assert.Contains(await ReadAsync(), key => key.Stage == KeyStage.Current);

        await rotating;
    }

    [Fact]
    public async Task A_path_that_cannot_be_a_folder_is_an_outage_with_its_name()
    {
        await File.WriteAllTextAsync(_folder.Path, "a file", Cancel);

        var outage = await Assert.ThrowsAsync<KeyStoreException>(
            () => _source.AddAsync(TestKeys.Pem(0), onlyFirst: true, Cancel));

        Assert.Contains(_folder.Path, outage.Message, StringComparison.Ordinal);
    }

    private FileKeySource Source() => new(_folder.Path, makesFirstKey: true, TimeProvider.System);

    private async Task<(int Number, KeyStage Stage)[]> ReadAsync()
    {
        using var stored = await _source.ReadAsync(Cancel);
        Assert.Empty(stored.Faults);
        return [.. stored.Keys.Select(
            key => (Enumerable.Range(0, 4).Single(n => TestKeys.KeyId(n) == key.Key.KeyId), key.Stage))];
    }
}
