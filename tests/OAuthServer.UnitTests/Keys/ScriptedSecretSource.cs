using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

/// <summary>A store of the server secret in memory that a test can empty and take down.</summary>
internal sealed class ScriptedSecretSource : IServerSecretSource
{
    public Func<Task<ServerSecrets?>> Answer { get; set; } = () => Task.FromResult<ServerSecrets?>(TestKeys.Secrets);

    public int Additions { get; private set; }

    public string Place => "scripted secret";

    public Task<ServerSecrets?> ReadAsync(CancellationToken cancellationToken) => Answer();

    public Task<bool> AddFirstAsync(string secret, CancellationToken cancellationToken)
    {
        Additions++;
        Answer = () => Task.FromResult<ServerSecrets?>(TestKeys.Secrets);
        return Task.FromResult(true);
    }

    public Task RotateAsync(string secret, bool keepPrevious, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
