using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>A PostgreSQL and a server on it, for tests that each undo what they did to the database.</summary>
public sealed class ServedCluster : IAsyncLifetime
{
    public SeededCluster Cluster { get; private set; } = null!;

    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Cluster = await SeededCluster.CreateAsync();
        Server = await Cluster.ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
