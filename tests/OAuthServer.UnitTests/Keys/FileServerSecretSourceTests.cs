using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

public sealed class FileServerSecretSourceTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly FileServerSecretSource _source;

    public FileServerSecretSourceTests() => _source = new(_folder.Path, TimeProvider.System);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_empty_folder_has_none_and_the_first_one_stays()
    {
        Assert.Null(await _source.ReadAsync(Ct));
        Assert.True(await _source.AddFirstAsync(ServerSecret.Generate(), Ct));
        var first = await _source.ReadAsync(Ct);

        Assert.False(await _source.AddFirstAsync(ServerSecret.Generate(), Ct));

        Assert.Equal(first!.Current.Id, (await _source.ReadAsync(Ct))!.Current.Id);
        Assert.Null(first.Previous);
        Assert.InRange(
            DateTimeOffset.UtcNow - first.CreatedAt!.Value, TimeSpan.FromSeconds(-5), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Of_many_that_add_the_first_one_does()
    {
        var added = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => _source.AddFirstAsync(ServerSecret.Generate(), Ct))));

        Assert.Single(added, one => one);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rotation_keeps_the_one_before_unless_it_leaked(bool keepPrevious)
    {
        await _source.AddFirstAsync(ServerSecret.Generate(), Ct);
        await _source.RotateAsync(ServerSecret.Generate(), keepPrevious: true, Ct);
        var before = await _source.ReadAsync(Ct);

        await _source.RotateAsync(ServerSecret.Generate(), keepPrevious, Ct);

        var after = await _source.ReadAsync(Ct);
        Assert.NotEqual(before!.Current.Id, after!.Current.Id);
        Assert.Equal(keepPrevious ? before.Current.Id : null, after.Previous?.Id);
    }

    [Fact]
    public async Task Its_files_are_the_owners_alone()
    {
        await _source.AddFirstAsync(ServerSecret.Generate(), Ct);
        await _source.RotateAsync(ServerSecret.Generate(), keepPrevious: true, Ct);

        Assert.All(
            new DirectoryInfo(_folder.Path).GetFiles("server-secret*"),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
    }

    [Theory]
    [InlineData("server-secret")]
    [InlineData("server-secret.previous")]
    public async Task A_damaged_one_is_a_fault_and_never_another_secret(string name)
    {
        await _source.AddFirstAsync(ServerSecret.Generate(), Ct);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, name), "damaged", Ct);

        var fault = await Assert.ThrowsAsync<KeyStoreException>(() => _source.ReadAsync(Ct));

        Assert.Contains(name, fault.Message, StringComparison.Ordinal);
    }
}
