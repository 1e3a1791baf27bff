namespace OAuthServer.OperatorTests.Release;

/// <summary>A test of what a release consists of, with a folder of its own.</summary>
public abstract class ReleaseTest : IAsyncLifetime
{
    protected string Scratch { get; } = Directory.CreateTempSubdirectory("release-").FullName;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(Scratch, recursive: true);
        return ValueTask.CompletedTask;
    }
}
