using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

/// <summary>A store in memory that a test can take down, slow down and change.</summary>
internal sealed class ScriptedKeySource : IKeySource
{
    public Func<Task<StoredKeys>> Answer { get; set; } = () => throw new KeyStoreException("the store is down");

    public int Reads { get; private set; }

    public int Additions { get; private set; }

    public string Place => "scripted store";

    public bool MakesFirstKey { get; set; }

    public Task<StoredKeys> ReadAsync(CancellationToken cancellationToken)
    {
        Reads++;
        return Answer();
    }

    public Task<KeyStage?> AddAsync(string pem, bool onlyFirst, CancellationToken cancellationToken)
    {
        Additions++;
        Answer = () => Task.FromResult(TestKeys.Stored(current: 0));
        return Task.FromResult<KeyStage?>(KeyStage.Current);
    }

    public Task<bool> PromoteAsync(CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<bool> RemoveAsync(string keyId, CancellationToken cancellationToken) => Task.FromResult(false);
}
